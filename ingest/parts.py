"""The parts of the daemon, each a context manager: entering opens it, leaving closes it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import structlog

from domain.errors import StoreUnavailable
from ingest.chats import senders_of
from ingest.chores import Chores
from ingest.daemon import Daemon
from ingest.dispatch import Dispatcher
from ingest.download import Bounds
from ingest.fetching import Fetching
from ingest.housekeeping import Housekeeping
from ingest.insisting import insist
from ingest.keeping import keep
from ingest.notifying import watchdog
from ingest.operations import operations_of
from ingest.pool import PipelinePool
from ingest.presence import Presence, present
from ingest.receiving import all_or_stop, intake_of, receivers, tenancy_of
from ingest.sole import take_turns
from ingest.supervise import PartState, ended
from ingest.together import together
from ingest.tracing import listening
from ingest.transcribing import Transcribing
from ingest.translations import _
from ingest.watching import Watching
from ingest.wiring import open_contents, site_tls
from ingest.worker import Worker
from store.migrating import upgrade
from web.private import Inside, private_site
from web.public import PublicLimits, public_site
from web.serving import serve, serve_at

log = structlog.get_logger()

Part = Callable[[Daemon], AbstractAsyncContextManager[None]]

FIRST_MIGRATION = 3.0
"""Seconds that a start waits for the schema before it opens its doors without it."""
MIGRATING = "its schema is being brought up to date, or another process that holds it is waited for"
WORKING = frozenset({"work", "dispatch"})
RULES_EVERY = 1.0
GAUGES_EVERY = 15.0
TOTALS_EVERY = 900.0
CLOCK_EVERY = 15.0
RETENTION_EVERY = 3600.0
OVERDUE_EVERY = 10.0
LISTEN_EVERY = 5.0
WATCH_EVERY = 5.0
TRANSCRIBE_EVERY = 10.0


@asynccontextmanager
async def ticket_store(daemon: Daemon) -> AsyncIterator[None]:
    """Bring the schema up to date, now or as soon as the database is there. A broker's intake node needs none."""
    settings = daemon.settings
    if settings.broker is not None and not daemon.roles & WORKING:
        yield
        return

    async def migrate() -> None:
        daemon.liveness.starting("store")
        await insist(lambda: upgrade(settings.store_url, "desk"), daemon.liveness, "store")
        if settings.broker is not None:
            await insist(lambda: upgrade(settings.journal_url, "journal"), daemon.liveness, "store")
        daemon.migrated.set()

    async with ended(daemon.vital(migrate(), name="store")):
        try:
            async with asyncio.timeout(FIRST_MIGRATION):
                await all_or_stop([daemon.migrated], daemon.stop)
        except TimeoutError:
            if daemon.liveness.parts["store"].state is PartState.STARTING:
                daemon.liveness.down("store", MIGRATING)
        yield


@asynccontextmanager
async def rules(daemon: Daemon) -> AsyncIterator[None]:
    """Read and tested while receivers open: what they take waits in the journal for the worker, who waits for rules."""
    daemon.liveness.starting("rules")
    async with ended(daemon.vital(look_at_rules(daemon), name="rules")):
        yield


async def look_at_rules(daemon: Daemon, *, anew: bool = False) -> None:
    """Take the rule file if its content is new; `anew`: in any case (SIGHUP)."""
    book = daemon.rulebook
    good = await (book.reload() if anew else book.reload_if_changed())
    if good is None:
        return
    daemon.metrics.rules_ok.set(good)
    daemon.metrics.rule_reloads.labels("accepted" if good else "refused").inc()
    if book.source is None:
        daemon.liveness.down("rules", book.problem)
    else:
        refused = f"the file on disk is refused: {book.problem}; in force: " if book.problem else ""
        daemon.liveness.up("rules", f"{refused}hash {book.source.hash}")


@asynccontextmanager
async def worker(daemon: Daemon) -> AsyncIterator[None]:
    settings = daemon.settings
    await daemon.journal.recover()
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


@asynccontextmanager
async def private_web(daemon: Daemon) -> AsyncIterator[None]:
    """Health, metrics and operations, for those who run the daemon."""
    presence = Presence(daemon)
    inside = Inside(
        ready=presence.ready,
        parts=presence.parts,
        registry=presence.registry,
        operations=operations_of(daemon.store, daemon.journal),
    )
    address = daemon.settings.web.private
    async with serve(private_site(inside), address.host, address.port) as bound:
        daemon.listening[_("private HTTP")] = [f"{bound.host}:{bound.port}"]
        yield


@asynccontextmanager
async def public_web(daemon: Daemon) -> AsyncIterator[None]:
    """The webhooks of every channel that is called."""
    settings, intake = daemon.settings.web, intake_of(daemon)
    routes = [
        route for channel in daemon.channels.values() if channel.routes is not None for route in channel.routes(intake)
    ]
    if daemon.traces is not None:
        routes = [*map(listening, routes)]
    limits = PublicLimits(
        failure_burst=settings.failures_per_minute,
        failures_per_second=settings.failures_per_minute / 60,
        trusted_proxies=tuple(map(str, settings.trusted_proxies)),
        max_body=settings.max_body,
    )
    async with serve_at(public_site(routes, limits), settings.public, tls=site_tls(daemon.settings)) as bound:
        daemon.listening[_("public HTTPS") if settings.tls else _("public HTTP")] = [
            f"{one.host}:{one.port}" for one in bound
        ]
        daemon.liveness.up("web")
        yield


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
            turns = take_turns(tenancy_of(daemon, "chores"), turn)
            await stack.enter_async_context(ended(daemon.vital(turns, name="turn of chores")))
        scheduler.start()
        stack.callback(scheduler.stop)
        yield


def _for_all_nodes(daemon: Daemon, scheduler: Chores, housekeeping: Housekeeping) -> None:
    scheduler.every(RETENTION_EVERY, "retention", housekeeping.purge, sole=True)
    if any(channel.calls for channel in daemon.channels.values()):
        scheduler.every(OVERDUE_EVERY, "overdue", housekeeping.overdue, sole=True)
    if transcribers := {name: one.transcriber for name, one in daemon.channels.items() if one.transcriber}:
        transcribing = Transcribing(daemon.store, open_contents(daemon.settings), intake_of(daemon), transcribers)
        scheduler.every(TRANSCRIBE_EVERY, "transcribing", transcribing.run, sole=True)
    keep(daemon, scheduler)


IN_ORDER: tuple[tuple[str | None, Part], ...] = (
    (None, watchdog),
    (None, present),
    (None, ticket_store),
    (None, together),
    ("work", rules),
    ("work", worker),
    ("dispatch", dispatcher),
    ("dispatch", fetching),
    ("web", private_web),
    ("web", public_web),
    ("receive", receivers),
    (None, chores),
)
"""Role (None: all of them) and part, in the order of opening."""
