"""Answers in the other system's own words: the templates of the settings, filled and posted to its API.

A file goes apart from the words, by the template `reply.file`, in base64.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from channels.http_posting import Poster
from channels.mapped.expressions import CannotTell, Expression
from channels.mapped.options import Reply
from channels.mapped.templates import fill_body, values_of
from channels.outward import Outward
from domain.outgoing import Carriage, OutgoingMessage

LONGEST_ID = 255
CARRIAGE = Carriage(apart=True, largest=20_000_000)


class TemplateSender:
    """Implements domain.ports.Sender. `headers` with their secrets revealed."""

    def __init__(self, reply: Reply, headers: Mapping[str, str], outward: Outward) -> None:
        self._reply = reply
        self._headers = {**headers, "Content-Type": "application/json"}
        self._poster = Poster(seconds=reply.timeout.total_seconds(), outward=outward)

    async def send(self, message: OutgoingMessage) -> str:
        apart = self._reply.file if message.attachments else None
        values = await asyncio.to_thread(values_of, message)
        url = ((apart and apart.url) or self._reply.url).fill(values)
        body = orjson.dumps(fill_body((apart or self._reply).body, values))
        answer = await self._poster.post(url, body, self._headers, method=self._reply.method)
        return _remote_id(answer, self._reply.remote_id)

    async def close(self) -> None:
        await self._poster.close()


def _remote_id(answer: bytes, where: Expression | None) -> str:
    """The peer took the message; whatever is odd about its answer no longer matters."""
    if where is None:
        return ""
    try:
        found: Any = where.find(orjson.loads(answer))
    except (CannotTell, ValueError):
        return ""
    return str(found)[:LONGEST_ID] if isinstance(found, str | int) and not isinstance(found, bool) else ""
