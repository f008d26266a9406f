"""Answers to chat messages: one signed POST to the reply URL of the settings.

    2xx                          sent; the remote id is `id` of a JSON answer, if there is one
    408, 425, 429, 5xx           temporary
    3xx, other 4xx               permanent (a redirect is never followed: it could lead anywhere)
    cut or silent after sending  outcome unknown: an automatic answer is then not repeated

`webhook-id` is the outbox's idempotency key, so that a repeated delivery can be recognised. Connections are not kept:
on a kept one that the peer just closed, nobody could say whether the message was taken.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson

from channels.signing import SigningKey, sign
from domain.errors import SendFailed
from domain.outgoing import OutgoingMessage

TEMPORARY = frozenset({408, 425, 429})
_LONGEST_ANSWER = 64 * 1024


class ReplySender:
    """Implements domain.ports.Sender. `seconds`: time limit of one delivery, connecting included."""

    def __init__(self, *, url: str, key: SigningKey, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._key = key
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: OutgoingMessage) -> str:
        body = orjson.dumps(_as_json(message))
        headers = sign(self._key, message_id=message.idempotency_key, body=body, now=self._clock())
        headers["Content-Type"] = "application/json"
        try:
            return await self._post(body, headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendFailed("the reply URL cannot be reached", permanent=False, detail=repr(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SendFailed(
                "no answer from the reply URL after sending", permanent=False, outcome_unknown=True, detail=repr(error)
            ) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, body: bytes, headers: dict[str, str]) -> str:
        session = self._opened()
        async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
            if 200 <= answer.status < 300:
                return await _remote_id(answer)
            permanent = answer.status < 500 and answer.status not in TEMPORARY
            raise SendFailed(f"the reply URL answered {answer.status}", permanent=permanent)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, limit=20),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                headers={"User-Agent": "Balcao", "Accept-Encoding": "identity"},
            )
        return self._session


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


async def _remote_id(answer: aiohttp.ClientResponse) -> str:
    """The peer took the message; whatever is odd about its answer no longer matters."""
    try:
        content = await answer.content.read(_LONGEST_ANSWER)
        told = orjson.loads(content)
    except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError, ValueError):
        return ""
    remote_id = told.get("id") if isinstance(told, dict) else None
    return remote_id[:255] if isinstance(remote_id, str) else ""
