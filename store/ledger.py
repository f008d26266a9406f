"""The ledger of fetched sources: `domain.ports.Ledger` in the journal's database, or its archive's.

Writes join the journal's group commits, so that a position costs no commit of its own while mail comes in.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from domain.source import Backfill, Folder, FolderReport, Gap, Lease, Progress
from store import leases, sources
from store.sources import Change
from store.tables import Tables

T = TypeVar("T")


class _Fenced:
    """Tables that only the holder of a lease writes."""

    def __init__(self, tables: Tables, name: str, holder: str) -> None:
        self._tables = tables
        self._name, self._holder = name, holder

    async def write(self, unit: Callable[[Connection], T]) -> T:
        return await self._tables.write(partial(leases.fenced, unit=unit, name=self._name, holder=self._holder))

    async def read(self, unit: Callable[[Connection], T]) -> T:
        return await self._tables.read(unit)


class JournalLedger:
    """Implements `domain.ports.Ledger` over an open journal. `noted` hears of gaps found and closed."""

    def __init__(self, journal: Tables, noted: Callable[[Change], None] = lambda _change: None) -> None:
        self._journal = journal
        self._noted = noted

    async def folder(self, channel: str, name: str) -> Folder:
        """See `domain.ports.Ledger`, as with the others below."""
        return await self._journal.write(partial(sources.folder, channel=channel, name=name))

    async def begin(self, folder: Folder) -> None:
        await self._journal.write(partial(sources.begin, begun=folder))

    async def record(self, key: int, progress: Progress) -> None:
        change = await self._journal.write(partial(sources.record, key=key, progress=progress))
        if change is not None:
            self._noted(change)

    async def accepted(self, key: int, first: int, last: int) -> set[int]:
        return await self._journal.read(partial(sources.accepted, key=key, first=first, last=last))

    async def unsettled(self, key: int) -> Sequence[int]:
        return await self._journal.read(partial(sources.unsettled, key=key))

    async def gaps(self, key: int) -> Sequence[Gap]:
        return await self._journal.read(partial(sources.gaps, key=key))

    async def backfill(self, key: int, backfill: Backfill | None) -> None:
        await self._journal.write(partial(sources.backfill, key=key, wanted=backfill))

    async def trouble(self, key: int, trouble: str | None) -> None:
        await self._journal.write(partial(sources.trouble, key=key, text=trouble))

    async def lease(self, name: str, holder: str, seen: int | None) -> Lease:
        return await self._journal.write(partial(leases.lease, name=name, holder=holder, seen=seen))

    async def give_back(self, name: str, holder: str) -> None:
        await self._journal.write(partial(leases.give_back, name=name, holder=holder))

    def under(self, name: str, holder: str) -> "JournalLedger":
        return JournalLedger(_Fenced(self._journal, name, holder), self._noted)

    # For people and figures

    async def reports(self) -> Sequence[FolderReport]:
        return await self._journal.read(sources.reports)

    async def accepted_counts(self) -> dict[int, int]:
        """Key of a folder → how many of its mails are in the journal."""
        return await self._journal.read(sources.accepted_counts)
