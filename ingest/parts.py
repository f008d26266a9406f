"""The parts of the daemon, each a context manager: entering opens it, leaving closes it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from config.settings import Settings
from domain.errors import StoreUnavailable
from ingest.announce import announce
from ingest.app import Daemon
from ingest.chores import Chores, free_bytes
from ingest.dispatch import Dispatcher
from ingest.intake import JournalIntake
from ingest.pool import PipelinePool
from ingest.supervise import keep_running, spawn
from ingest.translations import _
from ingest.worker import Worker
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade

log = structlog.get_logger()

Part = Callable[[Daemon], AbstractAsyncContextManager[None]]

STORE_DELAY = 2.0
FIRST_MIGRATION = 15.0
RULES_EVERY = 1.0
GAUGES_EVERY = 5.0
RETENTION_EVERY = 3600.0


@asynccontextmanager
async def open_journal(settings: Settings) -> AsyncIterator[tuple[Database, DatabaseJournal]]:
    """The journal must be there: without it nothing can be promised. Raises StoreUnavailable."""
    settings.var_path.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.journal_url, "journal")
    database = Database.open(settings.journal_url)
    journal = DatabaseJournal(database, spawn=spawn, reserve=settings.journal.disk_reserve, folder=settings.var_path)
    try:
        yield database, journal
    finally:
        await journal.close()
        await database.close()


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Database]:
    database = Database.open(settings.store_url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _ended(task: asyncio.Task[Any]) -> AsyncIterator[None]:
    """Cancel `task` on leaving and wait for it."""
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


@asynccontextmanager
async def ticket_store(daemon: Daemon) -> AsyncIterator[None]:
    """Bring the schema up to date, now or as soon as the database is there."""
    ready = asyncio.Event()

    async def migrate() -> None:
        daemon.liveness.starting("store")
        while True:
            try:
                await upgrade(daemon.settings.store_url, "desk")
            except StoreUnavailable as error:
                daemon.liveness.down("store", str(error))
                await asyncio.sleep(STORE_DELAY)
            else:
                daemon.liveness.up("store")
                ready.set()
                return

    async with _ended(daemon.vital(migrate(), name="store")):
        with suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), FIRST_MIGRATION)
        yield


@asynccontextmanager
async def rules(daemon: Daemon) -> AsyncIterator[None]:
    await look_at_rules(daemon)
    yield


async def look_at_rules(daemon: Daemon) -> None:
    book = daemon.rulebook
    good = await book.reload_if_changed()
    if good is None:
        return
    daemon.metrics.rules_ok.set(good)
    if book.source is None:
        daemon.liveness.down("rules", book.problem)
    else:
        refused = f"; the file on disk is refused: {book.problem}" if book.problem else ""
        daemon.liveness.up("rules", f"hash {book.source.hash}{refused}")


@asynccontextmanager
async def worker(daemon: Daemon) -> AsyncIterator[None]:
    settings = daemon.settings
    await daemon.journal.recover()
    pool = PipelinePool(settings)
    worker = Worker(
        journal=daemon.journal,
        pool=pool,
        rulebook=daemon.rulebook,
        wake=daemon.work,
        filed=daemon.dispatch.set,
        metrics=daemon.metrics,
        liveness=daemon.liveness,
        processes=settings.worker.processes,
        batch=settings.worker.batch,
        max_attempts=settings.worker.max_attempts,
        poll=daemon.poll,
    )
    if daemon.rulebook.source is not None:
        await pool.warm_up(daemon.rulebook.source)
    try:
        async with _ended(daemon.vital(worker.run(), name="worker")):
            yield
    finally:
        await worker.drain(settings.grace)
        await pool.close(settings.grace)


@asynccontextmanager
async def dispatcher(daemon: Daemon) -> AsyncIterator[None]:
    settings = daemon.settings
    dispatcher = Dispatcher(
        database=daemon.store,
        senders={name: channel.sender for name, channel in daemon.channels.items() if channel.sender},
        wake=daemon.dispatch,
        metrics=daemon.metrics,
        liveness=daemon.liveness,
        concurrency=settings.dispatch.concurrency,
        retry_delays=settings.dispatch.retry_delays,
        give_up_after=settings.dispatch.give_up_after,
        poll=daemon.poll,
    )
    try:
        async with _ended(daemon.vital(dispatcher.run(), name="dispatcher")):
            yield
    finally:
        await dispatcher.close()


@asynccontextmanager
async def receivers(daemon: Daemon) -> AsyncIterator[None]:
    intake = intake_of(daemon)
    up = {name: asyncio.Event() for name, channel in daemon.channels.items() if channel.receiver}
    tasks = []
    for name, event in up.items():
        receiver = daemon.channels[name].receiver
        assert receiver is not None
        run = partial(_run_receiver, receiver.run, intake, event)
        tasks.append(daemon.vital(keep_running(name, run, daemon.liveness), name=f"receiver {name}"))
    try:
        waiting = [spawn(event.wait(), name="ready") for event in up.values()]
        stopped = spawn(daemon.stop.wait(), name="stopped")
        while waiting and not daemon.stop.is_set():
            _done, pending = await asyncio.wait([*waiting, stopped], return_when=asyncio.FIRST_COMPLETED)
            waiting = [task for task in waiting if task in pending]
        for task in (*waiting, stopped):
            task.cancel()
        for name in up:
            addresses = getattr(daemon.channels[name].receiver, "addresses", ())
            daemon.listening[f"{daemon.channels[name].kind.upper()} ({name})"] = list(addresses)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run_receiver(run: Any, intake: JournalIntake, event: asyncio.Event, ready: Callable[[], None]) -> None:
    def both() -> None:
        ready()
        event.set()

    await run(intake, both)


def intake_of(daemon: Daemon) -> JournalIntake:
    return JournalIntake(daemon.journal, daemon.work, daemon.metrics, daemon.channels)
