"""Answers by chat.postMessage, in the thread of the message they answer; a file by an
upload in three steps, which nobody sees before the last.

Slack says no with `ok: false` and a word, mostly under HTTP 200; limits come as 429 with Retry-After.
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from channels.api_call import Answer, ApiCaller
from channels.cleaning import clean_line
from channels.in_pieces import Arrived
from channels.long_text import pieces
from channels.slack.wording import escaped
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import MOST_TOGETHER, Carriage, OutgoingMessage

LONGEST_TEXT = 4000
OFFICIAL, UPLOADS = "slack.com", "files.slack.com"
CARRIAGE = Carriage(apart=True, largest=MOST_TOGETHER)
"""Slack takes 1 GB."""
_WAY = re.compile(r"([A-Z0-9]{2,40})/([A-Z0-9]{2,40})(?:/([0-9]{1,11}\.[0-9]{1,9}))?", re.ASCII)

TEMPORARY = frozenset(
    {
        "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "service_unavailable",
        "request_timeout", "team_added_to_org", "accesslimited", "fatal_error",
    }
)  # fmt: skip
OURS = frozenset(
    {
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission",
        "missing_scope", "org_login_required", "ekm_access_denied", "access_denied", "enterprise_is_restricted",
        "team_access_not_granted", "not_allowed_token_type", "two_factor_setup_required",
    }
)  # fmt: skip
"""It is we who are refused: a person must act, nothing is given up. All other words concern this message or room."""
MAY_HAVE_BEEN_TAKEN = frozenset({"fatal_error", "internal_error", "request_timeout"})


@dataclass(frozen=True, slots=True)
class SlackSender:
    """Implements domain.ports.Sender."""

    caller: ApiCaller
    token: str = field(repr=False)
    api: str
    arrived: Arrived = field(default_factory=Arrived)

    async def send(self, message: OutgoingMessage) -> str:
        found = _WAY.fullmatch(message.to)
        if found is None:
            raise SendFailed(f"{message.to[:80]!r} is no place on Slack", permanent=True)
        _, room, thread = found.groups()

        def post(_number: int, piece: str) -> Awaitable[str]:
            body = {"channel": room, "text": escaped(piece), "mrkdwn": False, "unfurl_links": False}
            return self._post({**body, "thread_ts": thread} if thread else body)

        for file in message.attachments:
            return await self._send_file(file, room, thread)
        return await self.arrived.send(message.idempotency_key, pieces(message.text, LONGEST_TEXT), post)

    async def close(self) -> None:
        await self.caller.close()

    async def _send_file(self, file: Attachment, room: str, thread: str | None) -> str:
        """Nobody sees the file before the last call. Raises SendFailed."""
        asked = {"filename": file.name, "length": str(file.size)}
        told = await self._told("files.getUploadURLExternal", asked)
        address, file_id = told.get("upload_url"), told.get("file_id")
        if not isinstance(address, str) or not isinstance(file_id, str) or not may_be_given(address, self.api):
            raise SendFailed("Slack names no place that a file could go to", permanent=False)
        answer = await self.caller.post_bytes(address, file.content)
        if not 200 <= answer.status < 300:
            raise self.caller.unreadable(answer)
        shown = {"files": orjson.dumps([{"id": file_id, "title": file.name}]).decode(), "channel_id": room}
        await self._told("files.completeUploadExternal", {**shown, "thread_ts": thread} if thread else shown)
        return f"{room}/{file_id}"[:255]

    async def _told(self, method: str, fields: Mapping[str, str]) -> dict[str, Any]:
        return checked(self.caller, await self.caller.post_fields(f"{self.api}/{method}", self.token, fields))

    async def _post(self, body: Mapping[str, Any]) -> str:
        answer = await self.caller.call("POST", f"{self.api}/chat.postMessage", self.token, body)
        told = checked(self.caller, answer)
        stamp, room = told.get("ts"), told.get("channel")
        return f"{room}/{stamp}"[:255] if isinstance(stamp, str) else ""


def may_be_given(address: str, api: str) -> bool:
    """What an agent sends goes to Slack's own host, or to the API that a person set, whatever an answer names."""
    there, own = urlsplit(address), urlsplit(api)
    if own.hostname != OFFICIAL and (there.scheme, there.netloc) == (own.scheme, own.netloc):
        return True
    return there.scheme == "https" and there.netloc == UPLOADS


def checked(caller: ApiCaller, answer: Answer) -> dict[str, Any]:
    """What Slack told. Raises SendFailed when it said no."""
    told = answer.told
    if told.get("ok") is True and 200 <= answer.status < 300:
        return told
    word = told.get("error")
    if not isinstance(word, str) or not word:
        raise caller.unreadable(answer)
    temporary, ours = word in TEMPORARY or answer.status == 429, word in OURS
    needed = told.get("needed")
    raise SendFailed(
        clean_line(f"Slack: {word}{f' ({needed})' if isinstance(needed, str) else ''}", 200),
        permanent=not temporary and not ours,
        outcome_unknown=word in MAY_HAVE_BEEN_TAKEN,
        retry_after=answer.retry_after,
        credentials=ours,
    )
