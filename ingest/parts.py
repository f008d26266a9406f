"""What works behind the doors: each part a context manager, entering opens it, leaving closes it.

Imported and opened while the doors (ingest/doors.py) are open already; closed after them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

from domain.errors import StoreUnavailable
from ingest.chats import senders_of
from ingest.chores import Chores
from ingest.daemon import Daemon
from ingest.dispatch import Dispatcher
from ingest.doors import Parts
from ingest.download import Bounds
from ingest.fetching import Fetching
from ingest.holding import CHORES
from ingest.housekeeping import Housekeeping
from ingest.insisting import insist
from ingest.keeping import keep
from ingest.pool import PipelinePool
from ingest.receiving import intake_of, tenancy_of
from ingest.rulewatch import look_at_rules
from ingest.sole import take_turns
from ingest.supervise import ended
from ingest.transcribing import Transcribing
from ingest.watching import Watching
from ingest.wiring import open_contents
from ingest.worker import Worker

RULES_EVERY = 1.0
GAUGES_EVERY = 15.0
TOTALS_EVERY = 900.0
CLOCK_EVERY = 3600.0
"""Beside at the start and whenever the clock is seen to be set back (ingest/chores.py), which makes every chore due."""
RETENTION_EVERY = 3600.0
OVERDUE_EVERY = 10.0
LISTEN_EVERY = 5.0
WATCH_EVERY = 5.0
TRANSCRIBE_EVERY = 10.0


@asynccontextmanager
async def rules(daemon: Daemon) -> AsyncIterator[None]:
    """Read and tested while receivers take: that waits in the journal for the worker, who waits for rules."""
    daemon.liveness.starting("rules")
    async with ended(daemon.vital(look_at_rules(daemon), name="rules")):
        yield


@asynccontextmanager
async def worker(daemon: Daemon) -> AsyncIterator[None]:
    settings = daemon.settings
    daemon.journal.wakes(daemon.work.set)
    pool = PipelinePool(settings)
    worker = Worker(
        journal=daemon.journal,
        pool=pool,
        rulebook=daemon.rulebook,
        wake=daemon.work,
        calm=daemon.calm,
        filed=daemon.filed,
        metrics=daemon.metrics,
        liveness=daemon.liveness,
        processes=settings.worker.processes,
        batch=settings.worker.batch,
        max_attempts=settings.worker.max_attempts,
        poll=daemon.poll(settings.journal_url),
        traces=daemon.traces,
    )

    async def run() -> None:
        """Nothing is filed by an older schema, even where it could be."""
        if not daemon.migrated.is_set():
            daemon.liveness.down("worker", "waiting for the ticket store")
            await daemon.migrated.wait()
        await insist(daemon.journal.recover, daemon.liveness, "worker")
        await worker.run()

    try:
        async with ended(daemon.vital(run(), name="worker")):
            yield
    finally:
        await worker.drain(settings.grace)
        await pool.close()


@asynccontextmanager
async def dispatcher(daemon: Daemon) -> AsyncIterator[None]:
    settings = daemon.settings
    dispatcher = Dispatcher(
        database=daemon.store,
        files=open_contents(settings),
        senders=senders_of(daemon.channels, daemon.store),
        wake=daemon.dispatch,
        calm=daemon.calm,
        metrics=daemon.metrics,
        liveness=daemon.liveness,
        concurrency=settings.dispatch.concurrency,
        per_destination=settings.dispatch.per_destination,
        retry_delays=settings.dispatch.retry_delays,
        poll=daemon.poll(settings.store_url),
        holder=daemon.node,
        traces=daemon.traces,
    )
    try:
        async with ended(daemon.vital(dispatcher.run(), name="dispatcher")):
            yield
    finally:
        with suppress(StoreUnavailable):
            await dispatcher.drain(settings.grace)
        await dispatcher.close()


@asynccontextmanager
async def fetching(daemon: Daemon) -> AsyncIterator[None]:
    """Attachments that lie elsewhere, where a channel has such."""
    settings = daemon.settings.files
    fetchers = {name: channel.fetcher for name, channel in daemon.channels.items() if channel.fetcher}
    if not fetchers:
        yield
        return
    part = Fetching(
        database=daemon.store,
        files=open_contents(daemon.settings),
        fetchers=fetchers,
        wake=daemon.files,
        metrics=daemon.metrics,
        liveness=daemon.liveness,
        bounds=Bounds(size=settings.max_size, seconds=settings.timeout),
        concurrency=settings.concurrency,
        retry_delays=settings.retry_delays,
        poll=daemon.poll(daemon.settings.store_url),
        holder=daemon.node,
    )
    try:
        async with ended(daemon.vital(part.run(), name="files")):
            yield
    finally:
        await part.close()


def _watch(daemon: Daemon, scheduler: Chores, housekeeping: Housekeeping) -> None:
    """Who takes reports says so; who works looks for those that are missing, and for windows that are over."""
    watched = {name: one.watched for name, one in daemon.channels.items() if one.watched}
    watching = Watching(daemon.store, intake_of(daemon), watched, daemon.node)
    if "web" in daemon.roles and watched:
        scheduler.every(LISTEN_EVERY, "listening", partial(housekeeping.listen, watching))
    if "work" in daemon.roles:
        scheduler.every(WATCH_EVERY, "watching", partial(housekeeping.incidents, watching), sole=True)


@asynccontextmanager
async def chores(daemon: Daemon) -> AsyncIterator[None]:
    """Rule file watch, gauges, retention; what one node does for all, on whichever has the turn."""
    turn = asyncio.Event()
    scheduler = Chores(turn)
    housekeeping = Housekeeping(daemon)
    _watch(daemon, scheduler, housekeeping)
    scheduler.every(GAUGES_EVERY, "gauges", housekeeping.gauges)
    scheduler.every(TOTALS_EVERY, "totals", housekeeping.totals)
    if "dispatch" in daemon.roles:
        scheduler.every(CLOCK_EVERY, "clock", housekeeping.clock)
    async with AsyncExitStack() as stack:
        if "work" in daemon.roles:
            scheduler.every(RULES_EVERY, "rules", partial(look_at_rules, daemon))
            _for_all_nodes(daemon, scheduler, housekeeping)
            turns = take_turns(tenancy_of(daemon, CHORES), turn)
            await stack.enter_async_context(ended(daemon.vital(turns, name="turn of chores")))
        scheduler.start()
        stack.callback(scheduler.stop)
        yield


def _for_all_nodes(daemon: Daemon, scheduler: Chores, housekeeping: Housekeeping) -> None:
    scheduler.every(RETENTION_EVERY, "retention", housekeeping.purge, sole=True)
    if any(channel.calls for channel in daemon.channels.values()):
        scheduler.every(OVERDUE_EVERY, "overdue", housekeeping.overdue, sole=True)
    if transcribers := {name: one.transcriber for name, one in daemon.channels.items() if one.transcriber}:
        settings, intake = daemon.settings, intake_of(daemon)
        transcribing = Transcribing(daemon.store, open_contents(settings), intake, transcribers, settings.language)
        scheduler.every(TRANSCRIBE_EVERY, "transcribing", transcribing.run, sole=True)
    keep(daemon, scheduler)


BEHIND: Parts = (
    ("work", rules),
    ("work", worker),
    ("dispatch", dispatcher),
    ("dispatch", fetching),
    (None, chores),
)
