"""Answers by the Cloud API: `POST /{phone_number_id}/messages`, which names the number the customer wrote to.

    the customer wrote within 24 hours     free text, quoting what it answers
    he did not, or Meta says so (131047)   the configured template; without one the message fails with that reason

Long texts go in several messages; the last one's id is kept, for what becomes of it becomes of all of them.
Files are uploaded first, then sent by their id (files.py); no template carries any.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.base import utc_now
from channels.graph.client import GraphClient, Refusal
from channels.graph.errors import Meaning
from channels.in_pieces import Arrived
from channels.long_text import pieces
from channels.whatsapp.files import as_taken, media_body
from channels.whatsapp.options import Template
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage

WINDOW = timedelta(hours=24)
MARGIN = timedelta(minutes=5)
"""So much before its end the window counts as closed: our message is still on its way."""
TOO_LATE = "131047"
LONGEST_TEXT = 4096
LONGEST_PARAMETER = 1024
_WAY = re.compile(r"([0-9]{5,20})/(?:(group):)?([A-Za-z0-9.=_@-]{1,150})", re.ASCII)
_FIELD = re.compile(r"\{(\w+)\}")
_WHITE_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class WhatsAppSender:
    """Implements domain.ports.Sender."""

    client: GraphClient
    token: str = field(repr=False)
    template: Template | None
    now: Callable[[], datetime] = utc_now
    arrived: Arrived = field(default_factory=Arrived)

    async def send(self, message: OutgoingMessage) -> str:
        for file in message.attachments:
            return await self._send_file(message, file)
        if self._window_is_closed(message):
            return await self._send_template(message)
        try:
            return await self._send_text(message)
        except Refusal as refusal:
            if refusal.sense.meaning is not Meaning.WINDOW or self.template is None:
                raise
        return await self._send_template(message)

    async def close(self) -> None:
        await self.client.close()

    def _window_is_closed(self, message: OutgoingMessage) -> bool:
        if message.refused is not None and message.refused.startswith(TOO_LATE):
            return True
        return message.heard_at is not None and self.now() - message.heard_at > WINDOW - MARGIN

    async def _send_text(self, message: OutgoingMessage) -> str:
        def post(number: int, piece: str) -> Awaitable[str]:
            body: dict[str, Any] = {"type": "text", "text": {"preview_url": False, "body": piece}}
            if number == 0 and message.in_reply_to:
                body["context"] = {"message_id": message.in_reply_to}
            return self._post(message.to, body)

        return await self.arrived.send(message.idempotency_key, pieces(message.text, LONGEST_TEXT), post)

    async def _send_file(self, message: OutgoingMessage, file: Attachment) -> str:
        """Uploading anew on every try does no harm: what nobody sends is forgotten after 30 days. Raises SendFailed."""
        if self._window_is_closed(message):
            raise SendFailed(f"{TOO_LATE}: more than 24 hours since the customer wrote, and no template carries files",
                             permanent=True)  # fmt: skip
        line, _ = _addressed(message.to)
        taken = as_taken(file)
        fields = {"messaging_product": "whatsapp", "type": taken.content_type}
        told = await self.client.upload(f"{line}/media", self.token, fields, taken, "file")
        media_id = told.get("id")
        if not isinstance(media_id, str) or not media_id:
            raise SendFailed("the Graph API names no id for the file", permanent=False)
        return await self._post(message.to, media_body(taken, media_id))

    async def _send_template(self, message: OutgoingMessage) -> str:
        """Raises SendFailed, permanent when there is no template or the words do not fit into it."""
        if self.template is None:
            raise SendFailed(f"{TOO_LATE}: more than 24 hours since the customer wrote, and no `template` is set",
                             permanent=True)  # fmt: skip
        parameters = _filled(self.template.parameters, message)
        body = {
            "type": "template",
            "template": {
                "name": self.template.name,
                "language": {"code": self.template.language},
                "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": parameter} for parameter in parameters]}
                ],
            },
        }
        return await self._post(message.to, body)

    async def _post(self, way: str, body: Mapping[str, Any]) -> str:
        line, to = _addressed(way)
        answer = await self.client.post(f"{line}/messages", self.token, {"messaging_product": "whatsapp", **to, **body})
        sent = answer.get("messages")
        first = sent[0] if isinstance(sent, list) and sent else None
        remote_id = first.get("id") if isinstance(first, dict) else None
        return remote_id[:255] if isinstance(remote_id, str) else ""


def _addressed(way: str) -> tuple[str, dict[str, str]]:
    """Raises SendFailed."""
    found = _WAY.fullmatch(way)
    if found is None:
        raise SendFailed(f"{way[:80]!r} is nobody on WhatsApp", permanent=True)
    line, group, to = found.groups()
    if group:
        return line, {"recipient_type": "group", "to": to}
    return line, {"recipient_type": "individual", "to" if to.isdigit() else "recipient": to}


def _filled(parameters: Sequence[str], message: OutgoingMessage) -> list[str]:
    """Templates take neither line breaks nor many spaces. Raises SendFailed for what is too long."""
    values = {"ticket": str(message.ticket), "text": message.text, "subject": message.subject}
    filled = [
        _WHITE_SPACE.sub(" ", _FIELD.sub(lambda found: values[found[1]], parameter)).strip() for parameter in parameters
    ]
    if any(len(parameter) > LONGEST_PARAMETER for parameter in filled):
        raise SendFailed(
            f"{TOO_LATE}: after 24 hours only a template is taken, and the answer is longer than its"
            f" {LONGEST_PARAMETER} characters", permanent=True)  # fmt: skip
    return filled
