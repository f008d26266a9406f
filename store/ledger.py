"""The ledger of fetched sources: `domain.ports.Ledger` in the journal's database, or its archive's.

Writes join the journal's group commits, so that a position costs no commit of its own while mail comes in.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from domain.source import Backfill, Folder, FolderReport, Gap, Progress
from store import leases, sources
from store.journal import WholeJournal


class JournalLedger:
    """Implements `domain.ports.Ledger` over an open journal."""

    def __init__(self, journal: WholeJournal) -> None:
        self._journal = journal

    async def folder(self, channel: str, name: str) -> Folder:
        """See `domain.ports.Ledger`, as with the others below."""
        return await self._journal.write(partial(sources.folder, channel=channel, name=name))

    async def begin(self, folder: Folder) -> None:
        await self._journal.write(partial(sources.begin, begun=folder))

    async def record(self, key: int, progress: Progress) -> None:
        await self._journal.write(partial(sources.record, key=key, progress=progress))

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

    async def lease(self, name: str, holder: str, until: datetime, now: datetime) -> str | None:
        return await self._journal.write(partial(leases.lease, name=name, holder=holder, until=until, now=now))

    async def give_back(self, name: str, holder: str) -> None:
        await self._journal.write(partial(leases.give_back, name=name, holder=holder))

    # For people and figures

    async def reports(self) -> Sequence[FolderReport]:
        return await self._journal.read(sources.reports)

    async def accepted_counts(self) -> dict[int, int]:
        """Key of a folder → how many of its mails are in the journal."""
        return await self._journal.read(sources.accepted_counts)
