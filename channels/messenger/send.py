"""Answers by the Send API: `POST /me/messages` with the token of the account that was written to.

    the person wrote within 24 hours      messaging_type RESPONSE
    an agent's answer, up to seven days   MESSAGE_TAG with HUMAN_AGENT, if `human_agent` is set
    later, or Meta says so (2018278)      failed, with that reason: there are no templates here

Long texts go in several messages: 2,000 characters for Messenger, 1,000 bytes for Instagram.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.base import utc_now
from channels.graph.client import GraphClient
from channels.long_text import pieces
from domain.errors import SendFailed
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

    async def send(self, message: OutgoingMessage) -> str:
        found = _WAY.fullmatch(message.to)
        if found is None:
            raise SendFailed(f"{message.to[:80]!r} is nobody on Messenger or Instagram", permanent=True)
        platform, account, person = found.groups()
        token = self.tokens.get(account)
        if token is None:
            raise SendFailed(f"account {account} is not among `accounts`", permanent=False)
        frame = {"recipient": {"id": person}, **self._kind(message)}
        remote_id = ""
        for piece in pieces(message.text, _longest(platform, message.text)):
            try:
                answer = await self.client.post("me/messages", token, {**frame, "message": {"text": piece}})
            except SendFailed as failure:
                if remote_id:
                    failure.outcome_unknown = True  # some of it has arrived
                # One page that is refused does not hold up the others.
                failure.credentials = failure.credentials and len(self.tokens) == 1
                raise
            remote_id = _id_in(answer)
        return remote_id

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


def _longest(platform: str, text: str) -> int:
    if platform == "messenger":
        return LONGEST_TEXT
    return LONGEST_BYTES // max((len(char.encode("utf-8", "replace")) for char in set(text)), default=1)


def _id_in(answer: Mapping[str, Any]) -> str:
    given = answer.get("message_id")
    return given[:255] if isinstance(given, str) else ""
