"""One question to the store for all visitors who wait here, however many streams are open.

Nobody is told by memory that something is new: who wrote it may be another process, or another machine. Whoever
waits asks for everybody when it is time; the others wait for his answer. If he goes away, the next one asks.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from domain.errors import StoreUnavailable
from domain.ports import Chats

EVERY = 0.5
"""Seconds between two questions."""


class Pulse:
    """`clock`: monotonic seconds."""

    def __init__(self, channel: str, chats: Chats, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._channel = channel
        self._chats = chats
        self._clock = clock
        self._waiting: Counter[str] = Counter()
        self._heads: dict[str, int] = {}
        self._looks = 0
        self._next = 0.0
        self._turn = asyncio.Lock()

    async def wait(self, visitor: str, after: int, seconds: float, over: Callable[[], bool]) -> int:
        """The number of the visitor's last event, as soon as it is not `after`; else `after`, in time or when it is
        `over`. A smaller number may be out of date: whoever wants to know for certain asks the store."""
        end = self._clock() + seconds
        self._waiting[visitor] += 1
        try:
            while not over() and self._clock() < end:
                if self._heads.get(visitor, after) != after:
                    return self._heads.pop(visitor)
                await self._look()
        finally:
            self._waiting[visitor] -= 1
            if not self._waiting[visitor]:
                del self._waiting[visitor]
        return after

    async def _look(self) -> None:
        before = self._looks
        async with self._turn:
            if self._looks != before:
                return
            await asyncio.sleep(max(0.0, self._next - self._clock()))
            self._next = self._clock() + EVERY
            try:
                waiting = list(self._waiting)
                self._heads = dict.fromkeys(waiting, 0) | dict(await self._chats.heads(self._channel, waiting))
            except StoreUnavailable:
                self._heads = {}
            self._looks += 1
