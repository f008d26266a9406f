"""What a dead node had claimed goes on at another: one watch for each database that nodes share (store/nodes.py).

    every LOOK: our own count up, those of the others read
    a count that stands still for TERM of our own clock ─▶ its node is gone: what it had claimed is claimed anew

What a Balcão of before these counts has claimed is left alone until nothing of it has changed for OLD.
A look that fails says nothing of the others: whoever could not look begins to wait anew.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from domain.errors import IntakeUnavailable, StoreUnavailable
from ingest.sole import TERM
from store.nodes import NOBODY, Roster

log = structlog.get_logger()

T = TypeVar("T")

LOOK = 2.0
"""Seconds. TERM + LOOK + a commit is how long what a dead node had claimed lies there."""
OLD = 900.0
"""Seconds. More than an older node may sit still over one message: a relay has ten minutes to answer the end of DATA
(RFC 5321 §4.5.3.2.6), batches and files have times that its settings say. Taken too early, both send an answer."""


class Write(Protocol):
    def __call__(self, unit: Callable[[Connection], T]) -> Awaitable[T]: ...


class Succession:
    """`name` is this node; `recover` gives back what one holds; `taken` is called when there was something."""

    def __init__(
        self,
        *,
        name: str,
        roster: Roster,
        write: Write,
        recover: Callable[[Connection, str], int],
        taken: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._roster = roster
        self._write = write
        self._recover = recover
        self._taken = taken
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        try:
            counts = await self._write(self._beat_and_look)
            now = self._clock()
            self._seen = {name: self._last_change(name, count, now) for name, count in counts.items()}
            for name, (count, since) in list(self._seen.items()):
                if now - since >= (OLD if name == NOBODY else TERM):
                    await self._succeed(name, count)
        except (StoreUnavailable, IntakeUnavailable):
            self._seen.clear()

    def _beat_and_look(self, connection: Connection) -> dict[str, int]:
        self._roster.beat(connection, self._name)
        counts = self._roster.look(connection)
        del counts[self._name]
        return counts

    def _last_change(self, name: str, count: int, now: float) -> tuple[int, float]:
        before = self._seen.get(name)
        return before if before is not None and before[0] == count else (count, now)

    async def _succeed(self, name: str, count: int) -> None:
        recovered = await self._write(lambda connection: self._roster.succeed(connection, name, count, self._recover))
        if recovered is None:
            return
        del self._seen[name]
        if recovered:
            log.warning("node_succeeded", node=name or "unknown", claims=recovered)
            self._taken()
