"""A visitor's events as server-sent events (HTML Living Standard, 9.2).

    id: 17                          what follows 17 is asked for by Last-Event-ID: 17
    event: message
    data: {"id", "from": "visitor|agent|machine", "text", "at", "ticket", "files": [{"name", "type", "size"}]}

    event: hours                    {"open", "holiday", "until", "zone"}: at once, and whenever it changes
    event: reset                    what the client knows is not of this store; the latest events follow
    event: expired                  the token has; come back with another one
    : …                             a sign of life every HEARTBEAT seconds

Everything is read from the store by number: a restart, another node or another tab make no difference.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from channels.chat.pulse import Pulse
from channels.problem import SECURITY_HEADERS
from channels.stopping import STOPPING
from domain.chat import ChatEvent, Opening
from domain.errors import StoreUnavailable
from domain.ports import Chats

HEARTBEAT = 15.0
PAGE = 100
HISTORY = 200
"""Events that somebody is shown who knows none."""
SLOWEST = 20.0
"""Seconds for which a client may not read before it is given up."""
_HELLO = b"retry: 2000\n\n"
_RESET = b"event: reset\ndata: {}\n\n"
_EXPIRED = b"event: expired\ndata: {}\n\n"
_ALIVE = b": \n\n"
HEADERS = {
    **SECURITY_HEADERS,
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}

Hours = Callable[[], Awaitable[Opening | None]]


@dataclass(slots=True)
class EventStream:
    """One open stream. `expires_at`: Unix seconds."""

    channel: str
    visitor: str
    chats: Chats
    pulse: Pulse
    hours: Hours
    expires_at: float
    clock: Callable[[], float]
    after: int = -1
    shown: Opening | None = None

    async def answer(self, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        """Raises StoreUnavailable before the first byte."""
        stopping = request.app[STOPPING]
        head = await self._head()
        lost = self.after > head
        if lost:
            self.after = -1
        page = await self._page()
        response = web.StreamResponse(headers={**HEADERS, **headers})
        await response.prepare(request)
        write = _writer(response)
        with suppress(ConnectionError, TimeoutError):
            await write(_HELLO + (_RESET if lost else b""))
            await self._tell(write, page, head)
            await self._go_on(write, lambda: stopping.is_set() or _hung_up(request))
            if self.clock() >= self.expires_at:
                await write(_EXPIRED)
        return response

    async def _go_on(self, write: Callable[[bytes], Awaitable[None]], over: Callable[[], bool]) -> None:
        while not over() and self.clock() < self.expires_at:
            opening = await self.hours()
            if opening != self.shown:
                self.shown = opening
                await write(b"event: hours\ndata: %b\n\n" % orjson.dumps(opening_as_json(opening)))
            head = await self.pulse.wait(self.visitor, self.after, self._pause(), over)
            if head == self.after:
                await write(_ALIVE)
                continue
            try:
                if head < self.after and (head := await self._head()) < self.after:
                    self.after = -1  # the visitor was erased, or the database is another one
                    await write(_RESET)
                await self._tell(write, await self._page(), head)
            except StoreUnavailable:
                await write(_ALIVE)

    async def _head(self) -> int:
        return (await self.chats.heads(self.channel, [self.visitor])).get(self.visitor, 0)

    def _pause(self) -> float:
        """Until the next sign of life, or something that must be told before."""
        ends = [HEARTBEAT, self.expires_at - self.clock()]
        if self.shown is not None and self.shown.until is not None:
            ends.append(self.shown.until.timestamp() - self.clock())
        return max(0.05, min(ends))

    async def _page(self) -> list[ChatEvent]:
        limit = HISTORY if self.after < 0 else PAGE
        return list(await self.chats.events(self.channel, self.visitor, self.after, limit))

    async def _tell(self, write: Callable[[bytes], Awaitable[None]], page: list[ChatEvent], head: int) -> None:
        """`head` was known before `page` was read; numbers up to it that are in no page were erased."""
        if page:
            await write(b"".join(map(_as_event, page)))
        reached = page[-1].number if page else 0
        self.after = reached if self.after >= 0 and len(page) == PAGE else max(self.after, reached, head)


def _writer(response: web.StreamResponse) -> Callable[[bytes], Awaitable[None]]:
    async def write(data: bytes) -> None:
        async with asyncio.timeout(SLOWEST):
            await response.write(data)

    return write


def _hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _as_event(event: ChatEvent) -> bytes:
    value: dict[str, Any] = {
        "id": event.message_id or f"e{event.number}",
        "from": event.author.value,
        "text": event.text,
        "at": moment(event.at),
        "ticket": event.ticket,
        "files": [{"name": one.name, "type": one.content_type, "size": one.size} for one in event.files],
    }
    return b"id: %d\nevent: message\ndata: %b\n\n" % (event.number, orjson.dumps(value))


def opening_as_json(opening: Opening | None) -> dict[str, Any] | None:
    if opening is None:
        return None
    return {
        "open": opening.is_open,
        "holiday": opening.holiday,
        "until": moment(opening.until) if opening.until else None,
        "zone": opening.zone,
    }


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
