"""Answers to chat messages: one signed POST to the reply URL of the settings (channels/http_posting.py).

The remote id is `id` of a JSON answer, if there is one. `webhook-id` is the outbox's idempotency key, so that a
repeated delivery can be recognised.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson

from channels.http_posting import Poster
from channels.signing import SigningKey, sign
from domain.outgoing import OutgoingMessage


class ReplySender:
    """Implements domain.ports.Sender. `seconds`: time limit of one delivery, connecting included."""

    def __init__(self, *, url: str, key: SigningKey, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._key = key
        self._poster = Poster(seconds=seconds)
        self._clock = clock

    async def send(self, message: OutgoingMessage) -> str:
        body = orjson.dumps(_as_json(message))
        headers = sign(self._key, message_id=message.idempotency_key, body=body, now=self._clock())
        headers["Content-Type"] = "application/json"
        return _remote_id(await self._poster.post(self._url, body, headers))

    async def close(self) -> None:
        await self._poster.close()


def _as_json(message: OutgoingMessage) -> dict[str, Any]:
    return {
        "to": message.to,
        "ticket": message.ticket,
        "in_reply_to": message.in_reply_to,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "language": message.language,
        "automatic": message.automatic,
    }


def _remote_id(answer: bytes) -> str:
    """The peer took the message; whatever is odd about its answer no longer matters."""
    try:
        told = orjson.loads(answer)
    except ValueError:
        return ""
    remote_id = told.get("id") if isinstance(told, dict) else None
    return remote_id[:255] if isinstance(remote_id, str) else ""
