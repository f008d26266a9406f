"""Answers to chat messages: one signed POST to the reply URL of the settings (channels/http_posting.py).

Files go along with the words, in base64. The remote id is `id` of a JSON answer, if there is one. `webhook-id` is the
outbox's idempotency key, so that a repeated delivery can be recognised.
"""

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any

import orjson

from channels.http_posting import Poster
from channels.outward import Outward
from channels.signing import SigningKey, sign
from domain.outgoing import Carriage, OutgoingMessage

CARRIAGE = Carriage(apart=False, largest=20_000_000, together=20_000_000)


class ReplySender:
    """Implements domain.ports.Sender. `seconds`: time limit of one delivery, connecting included."""

    def __init__(
        self, *, url: str, key: SigningKey, seconds: float, outward: Outward, clock: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._key = key
        self._poster = Poster(seconds=seconds, outward=outward)
        self._clock = clock

    async def send(self, message: OutgoingMessage) -> str:
        body = await asyncio.to_thread(_as_json, message) if message.attachments else _as_json(message)
        headers = sign(self._key, message_id=message.idempotency_key, body=body, now=self._clock())
        headers["Content-Type"] = "application/json"
        return _remote_id(await self._poster.post(self._url, body, headers))

    async def close(self) -> None:
        await self._poster.close()


def _as_json(message: OutgoingMessage) -> bytes:
    return orjson.dumps(_values(message))


def _values(message: OutgoingMessage) -> dict[str, Any]:
    files = [
        {"name": file.name, "content_type": file.content_type, "size": file.size,
         "content": base64.b64encode(file.content).decode()}
        for file in message.attachments
    ]  # fmt: skip
    return {
        "to": message.to,
        "ticket": message.ticket,
        "in_reply_to": message.in_reply_to,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "language": message.language,
        "automatic": message.automatic,
        **({"attachments": files} if files else {}),
    }


def _remote_id(answer: bytes) -> str:
    """The peer took the message; whatever is odd about its answer no longer matters."""
    try:
        told = orjson.loads(answer)
    except ValueError:
        return ""
    remote_id = told.get("id") if isinstance(told, dict) else None
    return remote_id[:255] if isinstance(remote_id, str) else ""
