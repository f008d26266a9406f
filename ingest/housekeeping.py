"""What the chores do: figures for /metrics, alarms at /readyz, retention."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.raw import Fate
from domain.source import FolderReport
from ingest.chores import free_bytes
from ingest.daemon import Daemon
from ingest.logs import clean
from ingest.overdue import KEPT, tell_overdue
from ingest.receiving import intake_of
from ingest.supervise import PartState
from ingest.transaction import budget_period
from ingest.watching import Watching
from store import call_removing, forgetting, incidents, outbox, remote_files, retention
from store.ledger import JournalLedger
from store.writable import demand_writable
from triage.echoes import WINDOW

log = structlog.get_logger()

ALARM_AGE = 900.0
"""Seconds after which an entry that still waits is an alarm: nobody looks at a pile that says nothing."""
BUDGETS_KEPT = timedelta(hours=2)
PURGE_PAUSE = 0.05
MOST_GAPS_TOLD = 3
REPORTS_KEPT, INCIDENTS_KEPT = timedelta(days=30), timedelta(days=365)
"""How long it is known which reports were counted, and incidents that have no ticket."""


def folder_part(channel: str, folder: str) -> str:
    return f"{channel}/{folder}"


def described(report: FolderReport) -> str:
    """`up to UID 5012; 1 missing: UID 17 (the server does not give it)`"""
    position = f"up to UID {report.folder.upto}"
    if not report.missing:
        return position
    shown = ", ".join(f"UID {gap.uid} ({gap.reason})" for gap in report.gaps[:MOST_GAPS_TOLD])
    more = ", …" if report.missing > MOST_GAPS_TOLD else ""
    return f"{position}; {report.missing} missing: {shown}{more}"


class Housekeeping:
    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._store_was_away = False

    async def gauges(self) -> None:
        """Bring figures and liveness up to date, but for what takes the longer, the more is kept (`totals`)."""
        await self._journal()
        if "receive" in self._daemon.roles:
            await self._sources()
        self._parts()
        await self._store()

    async def totals(self) -> None:
        """What is over and only grows: done, sent, silent, fetched. Scans, so now and then."""
        self._show_journal(await self._daemon.journal.counts())
        await self._show_store(over=True)

    def _show_journal(self, counts: Mapping[Fate, int]) -> None:
        for fate, count in counts.items():
            self._daemon.metrics.journal.labels(fate.value).set(count)

    async def _show_store(self, *, over: bool) -> None:
        for state, count in (await self._daemon.store.read(partial(outbox.counts, over=over))).items():
            self._daemon.metrics.outbox.labels(str(state)).set(count)
        for file_state, count in (await self._daemon.store.read(partial(remote_files.counts, over=over))).items():
            self._daemon.metrics.remote_files.labels(str(file_state)).set(count)

    async def clock(self) -> None:
        """The clock may have been set back while we run: what waits to be sent or fetched does not wait for it."""
        now = datetime.now(UTC)
        for due_again in (outbox.due_again, remote_files.due_again):
            await self._daemon.store.write(partial(due_again, now=now))

    async def _journal(self) -> None:
        journal, metrics, liveness = self._daemon.journal, self._daemon.metrics, self._daemon.liveness
        metrics.disk_free.set(free_bytes(self._daemon.settings.var_path))
        try:
            await journal.ping()
            self._show_journal(await journal.counts(over=False))
            oldest = await journal.oldest_waiting(datetime.now(UTC))
        except (IntakeUnavailable, StoreUnavailable) as error:
            liveness.down("journal", clean(error.in_full))
            return
        liveness.up("journal")
        age = oldest.total_seconds() if oldest else 0.0
        metrics.oldest.set(age)
        if age > ALARM_AGE:
            log.error("entries_wait_too_long", oldest_seconds=round(age))

    async def _sources(self) -> None:
        """Each folder we fetch from is a part of its own: one that cannot be read does not show in its channel."""
        for report in await JournalLedger(self._daemon.journal).reports():
            folder = report.folder
            if folder.channel not in self._daemon.channels:
                continue
            part = folder_part(folder.channel, folder.name)
            self._daemon.metrics.source_gaps.labels(folder.channel, folder.name).set(report.missing)
            if folder.trouble:
                self._daemon.liveness.down(part, folder.trouble)
            else:
                self._daemon.liveness.up(part, described(report))
                self._daemon.liveness.parts[part].last_success = folder.looked_at

    async def _store(self) -> None:
        """That it can be read does not undo what the worker or a migration say: that it cannot be written to."""
        liveness = self._daemon.liveness
        try:
            await self._outbox()
        except StoreUnavailable as error:
            if "store" in liveness.parts:  # an intake node before a broker needs none
                self._store_was_away = True
                liveness.down("store", clean(error.in_full))
            raise
        if self._store_was_away or ("store" in liveness.parts and liveness.parts["store"].state is PartState.UP):
            self._store_was_away = False
            liveness.up("store")

    async def _outbox(self) -> None:
        await self._daemon.store.read(demand_writable)
        await self._show_store(over=False)
        self._daemon.metrics.incidents.clear()
        for (channel, burning), count in (await self._daemon.store.read(incidents.count_burning)).items():
            self._daemon.metrics.incidents.labels(channel, burning).set(count)

    def _parts(self) -> None:
        for name, part in self._daemon.liveness.parts.items():
            self._daemon.metrics.part_up.labels(name).set(part.state == "up")
            self._daemon.metrics.outages.labels(name)

    async def overdue(self) -> None:
        """Calls that ring for too long are told of, so that they are filed."""
        await tell_overdue(self._daemon.store, intake_of(self._daemon), datetime.now(UTC))

    async def listen(self, watching: Watching) -> None:
        """Nobody is late whom we could not have heard: without a journal every report is refused."""
        journal = self._daemon.liveness.parts.get("journal")
        if journal is None or journal.state != "down":
            await watching.listen()

    async def incidents(self, watching: Watching) -> None:
        """Systems that did not report are told of, and maintenance windows that are over."""
        now = datetime.now(UTC)
        await watching.look(now, await self._daemon.journal.oldest_waiting(now))

    async def purge(self) -> None:
        """Delete what the retention settings allow, in small steps so that nobody waits for long."""
        now = datetime.now(UTC)
        await self._daemon.store.write(
            lambda connection: retention.purge_budgets(connection, budget_period(now - BUDGETS_KEPT))
        )
        await self._daemon.store.write(lambda connection: retention.purge_texts(connection, now - WINDOW))
        await self._step_by_step(lambda connection: call_removing.forget(connection, now - KEPT))
        await self._step_by_step(
            lambda connection: incidents.forget(connection, now - REPORTS_KEPT, now - INCIDENTS_KEPT)
        )
        await self._forget(now)
        kept = self._daemon.settings.retention.raw
        if kept is None:
            return
        before = now - timedelta(seconds=kept)
        while await self._daemon.journal.purge(before):  # noqa: ASYNC110 - a pause, not a wait for something
            await asyncio.sleep(PURGE_PAUSE)

    async def _forget(self, now: datetime) -> None:
        """What the ticket store keeps by age; in steps, as above."""
        kept, write = self._daemon.settings.retention, self._daemon.store.write
        if kept.facts is not None:
            before, last = now - timedelta(seconds=kept.facts), 0
            while found := await write(partial(forgetting.forget_facts, before=before, after=last)):
                last = found
                await asyncio.sleep(PURGE_PAUSE)
        for age, forget in (
            (kept.attachments, forgetting.forget_attachments),
            (kept.tickets, forgetting.forget_tickets),
            (kept.tickets, forgetting.forget_marks),
        ):
            if age is not None:
                await self._step_by_step(partial(forget, before=now - timedelta(seconds=age), now=now))

    async def _step_by_step(self, forget: Callable[[Connection], int]) -> None:
        """Until nothing is left to forget."""
        while await self._daemon.store.write(forget):  # noqa: ASYNC110 - a pause, not a wait for something
            await asyncio.sleep(PURGE_PAUSE)
