"""The journal: `domain.ports.Journal` on a database.

Everything that writes goes through one group writer, so appends, claims and settles of the same moment share
a commit. What was accepted is never changed; only where it stands is.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection

from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.ports import Journal
from domain.raw import Fate, JournalEntry, Outcome, RawInteraction, Receipt, Whereabouts
from store import journal_queries, nodes, records, retention
from store.appending import NewEntry, append, new_entry, prepare
from store.engines import Database
from store.raw_ids import RawIds
from store.reserve import DiskReserve
from store.tables import Tables
from store.writable import demand_writable
from store.writer import GroupWriter, Noted, Spawn, unheard

log = structlog.get_logger()

T = TypeVar("T")
Work: TypeAlias = NewEntry | Callable[[Connection], Any]


class WholeJournal(Journal, Tables, Protocol):
    """A journal with the tables beside it, where it is told how far sources were read (`store.ledger`)."""

    def tells(self, noted: Noted) -> None:
        """Let `noted` hear of every write of new entries."""

    async def may_hide(self, before: datetime) -> bool:
        """Whether something accepted before then may wait where it cannot be read. Raises StoreUnavailable."""


LARGE = 262_144
"""Bytes from which a payload is checksummed beside the event loop."""
MOST_BYTES = 67_108_864
"""Bytes of payload that one claim may bring into memory."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class DatabaseJournal:
    """Implements `domain.ports.Journal`. `holder`: what this node is called where it claims.

    `reserve` is how many bytes must stay free on the file system of `folder`, `watermark` below how many only those who
    are within their share are welcome. The writer starts with the first write; `spawn` makes its task. Whoever opened
    `database` closes it, after this.
    """

    def __init__(
        self,
        database: Database,
        *,
        spawn: Spawn,
        reserve: int = 0,
        watermark: int = 0,
        folder: Path | None = None,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], datetime] = utc_now,
        holder: str = nodes.ALONE,
    ) -> None:
        self._database = database
        self._holder = holder
        self._reserve = DiskReserve(folder, reserve, watermark)
        self._most_bytes = most_bytes
        self._clock = clock
        self._ids = RawIds()
        self._reindexed = False
        self._noted: Noted = unheard
        self.is_ready = False
        self._writer: GroupWriter[Work] = GroupWriter(self._commit, spawn=spawn, name="journal writer")

    async def follow(self) -> None:
        """At the start of every process: ids come after those that are there, even if the clock was set back.

        Raises StoreUnavailable.
        """
        self._ids.follow(await self._database.read(journal_queries.newest_id))
        await self._writer.submit(prepare)
        self.is_ready = True

    async def recover(self) -> int:
        """At the start of the worker: entries that our process died over go back to waiting. Returns how many.

        Those of other nodes, too, where there cannot be any: on SQLite.
        """
        holder = self._holder if self._database.is_shared else None
        recovered: int = await self._writer.submit(lambda connection: records.recover(connection, holder))
        return recovered

    def wakes(self, arrived: Callable[[], None]) -> None:
        """A database does not tell: it is looked at often."""

    def tells(self, noted: Noted) -> None:
        """See `WholeJournal`."""
        self._noted = noted

    async def close(self) -> None:
        """Commit what waits; nothing can be written afterwards."""
        await self._writer.close()

    # The pipeline's side

    async def append(self, raw: RawInteraction, *, late: int = 0) -> Receipt:
        """See `domain.ports.Journal`."""
        self._reserve.check()
        raw_id = self._ids.draw()
        large = len(raw.payload) >= LARGE
        entry = await asyncio.to_thread(new_entry, raw_id, raw, late) if large else new_entry(raw_id, raw, late)
        try:
            receipt: Receipt = await self._writer.submit(entry)
        except StoreUnavailable as error:
            raise IntakeUnavailable("nothing can be stored now", detail=error.detail) from error
        return receipt

    @property
    def strained(self) -> str | None:
        """See `domain.ports.Journal`."""
        if self._reserve.is_low:
            return "free disk space is below the watermark"
        return "half of what may wait to be written waits" if self._writer.is_half_full else None

    async def claim(self, limit: int) -> Sequence[JournalEntry]:
        """See `domain.ports.Journal`. Fewer than `limit` when their payloads are large.

        A damaged index of SQLite is made anew, once: what it says stands in the rows.
        """
        now = self._clock()
        try:
            return await self._claim(limit, now)
        except StoreUnavailable as error:
            if self._reindexed or "malformed" not in error.detail:
                raise
            self._reindexed = True
            log.error("journal_damaged", detail=error.detail)  # noqa: TRY400 - expected, and mended
            await self._database.write(lambda connection: connection.exec_driver_sql("REINDEX raw"))
            return await self._claim(limit, now)

    async def _claim(self, limit: int, now: datetime) -> Sequence[JournalEntry]:
        entries: list[JournalEntry] = await self._writer.submit(
            lambda connection: records.claim(connection, limit, self._most_bytes, now, self._holder)
        )
        return entries

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        """See `domain.ports.Journal`. An outcome of WAITING puts the entry back, with its reason."""
        now = self._clock()
        await self._writer.submit(lambda connection: records.settle(connection, outcomes, now, self._holder))

    async def release(self, raw_ids: Sequence[str], *, uncount: bool, not_before: datetime | None = None) -> None:
        """See `domain.ports.Journal`."""
        await self._writer.submit(
            lambda connection: records.release(
                connection, raw_ids, uncount=uncount, not_before=not_before, holder=self._holder
            )
        )

    # What lies beside the entries (store.ledger)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in the next commit. Raises IntakeUnavailable."""
        try:
            result: T = await self._writer.submit(unit)
        except StoreUnavailable as error:
            raise IntakeUnavailable("nothing can be stored now", detail=error.detail) from error
        return result

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` on a snapshot. Raises IntakeUnavailable."""
        try:
            return await self._database.read(unit)
        except StoreUnavailable as error:
            raise IntakeUnavailable("the journal cannot be read now", detail=error.detail) from error

    # The people's side

    async def replay(self, raw_ids: Sequence[str]) -> Sequence[str]:
        """See `domain.ports.Journal`."""
        replayed: list[str] = await self._writer.submit(lambda connection: records.replay(connection, raw_ids))
        return replayed

    async def discard(self, raw_ids: Sequence[str]) -> Sequence[str]:
        """See `domain.ports.Journal`."""
        now = self._clock()
        discarded: list[str] = await self._writer.submit(lambda connection: records.discard(connection, raw_ids, now))
        return discarded

    async def purge(self, settled_before: datetime) -> int:
        """One small step of retention: how many payloads were removed; 0 means that it is done."""
        removed: int = await self._writer.submit(
            lambda connection: retention.purge_payloads(connection, settled_before)
        )
        return removed

    async def get(self, raw_id: str) -> JournalEntry | None:
        return await self._database.read(lambda connection: records.get(connection, raw_id))

    async def whereabouts(self, raw_id: str) -> Whereabouts | None:
        """See `domain.ports.Journal`."""
        return await self.read(lambda connection: journal_queries.whereabouts(connection, raw_id))

    async def list(self, fate: Fate | None, limit: int) -> Sequence[JournalEntry]:
        """Newest first, without payloads and envelopes."""
        return await self._database.read(lambda connection: journal_queries.listing(connection, fate, limit))

    async def counts(self, *, over: bool = True) -> dict[Fate, int]:
        """See `domain.ports.Journal`."""
        return await self._database.read(partial(journal_queries.counts, over=over))

    async def may_hide(self, before: datetime) -> bool:  # noqa: ARG002 - as `WholeJournal` has it
        """See `WholeJournal`: all of it can be read."""
        return False

    async def oldest_waiting(self, now: datetime) -> timedelta | None:
        return await self._database.read(lambda connection: journal_queries.oldest_waiting(connection, now))

    async def ping(self) -> None:
        """Raises IntakeUnavailable or StoreUnavailable when nothing could be accepted now."""
        self._reserve.check()
        await self._writer.submit(demand_writable)

    # The writer's side

    async def _commit(self, items: Sequence[Work]) -> Sequence[Any]:
        new = sum(isinstance(item, NewEntry) for item in items)
        begun, well = time.perf_counter(), False
        try:
            results = await self._database.write(lambda connection: _apply(connection, items, self._ids.draw))
            well = True
        finally:
            if new:
                self._noted(new, time.perf_counter() - begun, well=well)
        return results


def _apply(connection: Connection, items: Sequence[Work], draw: Callable[[], int]) -> list[Any]:
    """All appends first, together, then the rest in order; results in the order of `items`."""
    new = [item for item in items if isinstance(item, NewEntry)]
    receipts = iter(append(connection, new, draw) if new else ())
    return [next(receipts) if isinstance(item, NewEntry) else item(connection) for item in items]
