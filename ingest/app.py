"""The daemon: opens in order, runs, closes in reverse (house.md §6).

    locks ─▶ journal ─▶ ticket store ─▶ rules ─▶ worker ─▶ dispatcher ─▶ sites ─▶ receivers
    SIGTERM / SIGINT: stop, what is under way is finished · a second one: now · SIGHUP: reload the rules

    exit 0  stopped cleanly      1  a part died, the supervisor restarts us      2  settings, or an address in use

A ticket store that is away does not keep us from accepting: the worker waits for it.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from channels.base import Channel
from config.settings import Settings
from ingest.locks import AlreadyRunning, RoleLock
from ingest.rulebook import Rulebook
from ingest.supervise import Liveness, spawn
from ingest.telemetry import Metrics, set_up_logging
from ingest.wiring import build_channels, create_first_secrets
from store.engines import Database
from store.journal import DatabaseJournal

log = structlog.get_logger()

ROLES = ("receive", "web", "work", "dispatch")
POLL_TOGETHER = 1.0
POLL_SPLIT = 0.05


@dataclass(slots=True, kw_only=True)
class Daemon:
    """What the parts of one process share."""

    settings: Settings
    roles: frozenset[str]
    channels: dict[str, Channel]
    rulebook: Rulebook
    journal_database: Database
    journal: DatabaseJournal
    store: Database
    liveness: Liveness = field(default_factory=Liveness)
    metrics: Metrics = field(default_factory=Metrics)
    work: asyncio.Event = field(default_factory=asyncio.Event)
    dispatch: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    listening: dict[str, list[str]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    failure: BaseException | None = None

    @property
    def poll(self) -> float:
        """Seconds between looks: parts in one process wake each other, split roles look often."""
        return POLL_TOGETHER if len(self.roles) == len(ROLES) else POLL_SPLIT

    def vital(self, coroutine: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """A task whose death stops the process."""
        task = spawn(coroutine, name=name)
        task.add_done_callback(partial(self._ended, name))
        return task

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.liveness.failed(name, str(error))
            self.failure = self.failure or error
            self.stop.set()


async def run(settings: Settings, role: str = "all") -> int:
    """Serve until told to stop. Returns the exit code. Raises ConfigError before anything is opened."""
    set_up_logging(settings.log.level, settings.log.format)
    roles = frozenset(ROLES if role == "all" else [role])
    try:
        async with _daemon(settings, roles) as daemon:
            await daemon.stop.wait()
            log.info("stopping", failure=repr(daemon.failure) if daemon.failure else None)
    except AlreadyRunning as error:
        print(error, file=sys.stderr)  # noqa: T201 - the person at the terminal is the reader
        return 2
    if isinstance(daemon.failure, OSError):
        print(f"{daemon.failure}", file=sys.stderr)  # noqa: T201 - as above
        return 2
    return 1 if daemon.failure else 0


@asynccontextmanager
async def _daemon(settings: Settings, roles: frozenset[str]) -> AsyncIterator[Daemon]:
    """Every part of `roles`, open; closed in reverse."""
    # Parts import much (aiosmtpd, pebble, aiohttp servers); a wrong setting is told before that.
    from ingest import parts  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        for role in sorted(roles):
            lock = RoleLock(settings.var_path, role)
            lock.take()
            stack.callback(lock.give_back)
        created = create_first_secrets(settings)
        channels = build_channels(settings)
        journal_database, journal = await stack.enter_async_context(parts.open_journal(settings))
        store = await stack.enter_async_context(parts.open_store(settings))
        daemon = Daemon(
            settings=settings,
            roles=roles,
            channels=channels,
            rulebook=Rulebook(settings.rules_path),
            journal_database=journal_database,
            journal=journal,
            store=store,
        )
        daemon.notices += [f"{reference} was created" for reference in created]
        for role, part in parts.IN_ORDER:
            if role is None or role in roles:
                await stack.enter_async_context(part(daemon))
        _listen_to_signals(daemon, stack)
        parts.tell(daemon)
        yield daemon


def _listen_to_signals(daemon: Daemon, stack: AsyncExitStack) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if daemon.stop.is_set():
            for process in multiprocessing.active_children():
                process.kill()
            os._exit(1)
        daemon.stop.set()

    def reload() -> None:
        spawn(daemon.rulebook.reload(), name="reload rules")

    for number, handler in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, reload)):
        loop.add_signal_handler(number, handler)
        stack.callback(loop.remove_signal_handler, number)
