"""Answers by the Send API: `POST /me/messages` with the token of the account that was written to.

    the person wrote within 24 hours      messaging_type RESPONSE
    an agent's answer, up to seven days   MESSAGE_TAG with HUMAN_AGENT, if `human_agent` is set
    later, or Meta says so (2018278)      failed, with that reason: there are no templates here

Long texts go in several messages: 2,000 characters for Messenger, 1,000 bytes for Instagram. A file goes as the part
`filedata` of a form: for Messenger with the message itself, for Instagram to `/me/message_attachments` first, whose
`attachment_id` the message then names (channels/messenger/files.py says what each takes).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from channels.base import utc_now
from channels.graph.client import GraphClient
from channels.in_pieces import Arrived
from channels.long_text import pieces
from channels.messenger.files import kind_of, plainly_named
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage

WINDOW, AGENTS_WINDOW, MARGIN = timedelta(hours=24), timedelta(days=7), timedelta(minutes=5)
LONGEST_TEXT, LONGEST_BYTES = 2000, 1000
_WAY = re.compile(r"(messenger|instagram)/([0-9]{3,30})/([0-9]{3,30})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MessengerSender:
    """Implements domain.ports.Sender. `tokens` by account."""

    client: GraphClient
    tokens: Mapping[str, str] = field(repr=False)
    human_agent: bool
    now: Callable[[], datetime] = utc_now
    arrived: Arrived = field(default_factory=Arrived)

    async def send(self, message: OutgoingMessage) -> str:
        found = _WAY.fullmatch(message.to)
        if found is None:
            raise SendFailed(f"{message.to[:80]!r} is nobody on Messenger or Instagram", permanent=True)
        platform, account, person = found.groups()
        token = self.tokens.get(account)
        if token is None:
            raise SendFailed(f"account {account} is not among `accounts`", permanent=False)
        frame = {"recipient": {"id": person}, **self._kind(message)}
        try:
            return await self._sent(message, platform, token, frame)
        except SendFailed as failure:
            # One page that is refused does not hold up the others.
            failure.credentials = failure.credentials and len(self.tokens) == 1
            raise

    async def _sent(self, message: OutgoingMessage, platform: str, token: str, frame: Mapping[str, Any]) -> str:
        async def post(_number: int, piece: str) -> str:
            return _id_in(await self.client.post("me/messages", token, {**frame, "message": {"text": piece}}))

        for file in message.attachments:
            return await self._send_file(file, platform, token, frame)
        return await self.arrived.send(
            message.idempotency_key, pieces(message.text, _longest(platform, message.text)), post
        )

    async def _send_file(self, file: Attachment, platform: str, token: str, frame: Mapping[str, Any]) -> str:
        if platform == "instagram":
            shown = {"type": kind_of(file), "payload": {"attachment_id": await self._uploaded(file, token)}}
            return _id_in(await self.client.post("me/messages", token, {**frame, "message": {"attachment": shown}}))
        told = {**frame, "message": {"attachment": {"type": kind_of(file), "payload": {"is_reusable": False}}}}
        return _id_in(await self.client.upload("me/messages", token, _form(told), file, "filedata"))

    async def _uploaded(self, file: Attachment, token: str) -> str:
        """The id that Meta keeps it under. Raises SendFailed."""
        attachment = {"type": kind_of(file), "payload": {"is_reusable": False}}
        fields = _form({"platform": "instagram", "message": {"attachment": attachment}})
        told = await self.client.upload("me/message_attachments", token, fields, plainly_named(file), "filedata")
        given = told.get("attachment_id")
        if not isinstance(given, str | int) or not str(given):
            raise SendFailed("the Graph API took the file and named no attachment_id", permanent=False)
        return str(given)

    async def close(self) -> None:
        await self.client.close()

    def _kind(self, message: OutgoingMessage) -> dict[str, Any]:
        """Raises SendFailed when the window is closed."""
        silence = timedelta(0) if message.heard_at is None else self.now() - message.heard_at
        if silence <= WINDOW - MARGIN:
            return {"messaging_type": "RESPONSE"}
        if self.human_agent and not message.automatic and silence <= AGENTS_WINDOW - MARGIN:
            return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        hours = round(silence.total_seconds() / 3600)
        raise SendFailed(f"the person last wrote {hours} hours ago, and Meta lets us answer no more", permanent=True)


def _form(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in told.items()}


def _longest(platform: str, text: str) -> int:
    if platform == "messenger":
        return LONGEST_TEXT
    return LONGEST_BYTES // max((len(char.encode("utf-8", "replace")) for char in set(text)), default=1)


def _id_in(answer: Mapping[str, Any]) -> str:
    given = answer.get("message_id")
    return given[:255] if isinstance(given, str) else ""
