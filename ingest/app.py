"""The daemon: opens in order, runs, closes the doors first and then the rest in reverse (house.md §6, ADR 18).

    locks ─▶ journal ─▶ ticket store ─▶ sites ─▶ receivers ─▶ rules ─▶ worker ─▶ dispatcher ─▶ chores
                                        └── the doors ──┘     └ imported and opened behind open doors ┘
    SIGTERM / SIGINT: stop, what is under way is finished · a second one: now · SIGHUP: reload rules and certificates

    exit 0  stopped cleanly      1  a part died, the supervisor restarts us      2  settings, or an address in use

A ticket store that is away does not keep us from accepting: the worker waits for it.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog

from channels import certificates, handed
from channels.base import Channel
from config.settings import Settings
from domain.errors import SchemaTooNew
from ingest import doors, memory, notifying
from ingest.admission import Admission
from ingest.announce import announce
from ingest.daemon import Daemon
from ingest.doors import Parts
from ingest.journals import open_journal
from ingest.locks import AlreadyRunning, RoleLock
from ingest.logs import set_up_logging
from ingest.otlp import check_extra, open_spans
from ingest.recalling import recall
from ingest.roads import open_roads
from ingest.roles import RESTORING, ROLES, name_of, rules_folder
from ingest.rulebook import Rulebook
from ingest.rulehistory import RuleHistory
from ingest.rulewatch import look_at_rules
from ingest.supervise import spawn
from ingest.tracing import Traces
from ingest.translations import _, in_words
from ingest.wiring import build_channels, create_first_secrets
from store.engines import Database

log = structlog.get_logger()

ORDINARY_USER = (
    "let an ordinary user run it: User= in deploy/systemd/balcao.service, `user` in supervisord.conf; "
    "a port below 1024 needs no root either (docs/operations.md, User and ports)"
)


async def run(settings: Settings, role: str = "all", *, backfill: timedelta | None = None) -> int:
    """Serve until told to stop; `backfill`: how far back mailboxes are asked for older mail.

    Returns the exit code. Raises ConfigError before anything is opened.
    """
    set_up_logging(settings.log.level, settings.log.format)
    warn_of_root()
    handed.sockets()  # before any child is started
    check_extra(settings)
    if (mark := settings.var_path / RESTORING).exists():
        text = _("a restore has begun here and not ended (%(mark)s): finish it with `balcao backup restore`")
        print(text % {"mark": mark}, file=sys.stderr)  # noqa: T201 - the person at the terminal is the reader
        return 2
    roles = frozenset(ROLES if role == "all" else [role])
    try:
        async with _daemon(settings, roles, backfill) as daemon:
            await daemon.stop.wait()
            notifying.tell("STOPPING=1")
            log.info("stopping", failure=repr(daemon.failure) if daemon.failure else None)
    except (AlreadyRunning, SchemaTooNew) as error:
        print(_told(error), file=sys.stderr)  # noqa: T201 - the person at the terminal is the reader
        return 2
    log.info("stopped", failure=repr(daemon.failure) if daemon.failure else None)
    if isinstance(daemon.failure, OSError | SchemaTooNew):
        print(_told(daemon.failure), file=sys.stderr)  # noqa: T201 - as above
        return 2
    return 1 if daemon.failure else 0


def _told(error: Exception) -> str:
    return in_words(error.text, error.values) if isinstance(error, SchemaTooNew) else str(error)


@asynccontextmanager
async def _daemon(settings: Settings, roles: frozenset[str], backfill: timedelta | None) -> AsyncIterator[Daemon]:
    """Every part of `roles`, open; closed in reverse."""
    async with AsyncExitStack() as stack:
        for name in sorted(roles):
            lock = RoleLock(settings.var_path, name)
            lock.take()
            stack.callback(lock.give_back)
        created = create_first_secrets(settings)
        channels = build_channels(settings, backfill=backfill)
        weak = [*warn_of_weaknesses(channels), *warn_of_open_roads(settings)]
        journal = await stack.enter_async_context(open_journal(settings))
        store = await stack.enter_async_context(Database.open(settings.store_url))
        daemon = Daemon(
            settings=settings,
            roles=roles,
            channels=channels,
            rulebook=Rulebook(settings.rules_path, RuleHistory(rules_folder(settings.var_path))),
            journal=journal,
            admission=Admission(settings.journal.memory, lambda: journal.strained),
            store=store,
        )
        await recall(daemon)
        if settings.traces is not None:
            spans, finish = open_spans(settings, daemon.node)
            stack.callback(finish)
            daemon.traces = Traces(spans)
        journal.tells(daemon.metrics.stages["journal_write"].wrote)
        daemon.notices += weak
        if created:
            files = ", ".join(reference.removeprefix("file:") for reference in created)
            daemon.notices.append(_("Made on this first start: %(files)s") % {"files": files})
        _listen_to_signals(daemon, stack)
        await _enter(doors.FIRST, daemon, stack)
        async with AsyncExitStack() as behind, AsyncExitStack() as in_front:
            await _enter(doors.DOORS, daemon, in_front)
            await _enter(await asyncio.to_thread(_behind), daemon, behind)
            if not daemon.stop.is_set():
                memory.settle()
                daemon.liveness.opened = True
                announce(daemon)
                notifying.tell("READY=1", f"STATUS={name_of(roles)}")
            yield daemon


async def _enter(parts: Parts, daemon: Daemon, stack: AsyncExitStack) -> None:
    """Those of its roles, until it is told to stop."""
    for role, part in parts:
        if (role is None or role in daemon.roles) and not daemon.stop.is_set():
            await stack.enter_async_context(part(daemon))


def _behind() -> Parts:
    """In a thread: importing takes as long as all else of a start, and whoever is at the doors is served meanwhile."""
    from ingest.parts import BEHIND  # noqa: PLC0415 - as said

    return BEHIND


def warn_of_weaknesses(channels: Mapping[str, Channel]) -> Iterator[str]:
    """What the settings leave open, by name: into the log at every start, and to whoever starts."""
    for name, channel in channels.items():
        for weakness in channel.weaknesses:
            log.warning("weak_setting", channel=name, what=weakness)
            yield _("WARNING: channels.%(channel)s: %(what)s") % {"channel": name, "what": _(weakness)}


def warn_of_open_roads(settings: Settings) -> Iterator[str]:
    """As above, of what we ourselves call."""
    for road in open_roads(settings):
        log.warning("weak_setting", place=str(road.position), what=road.message)
        what = in_words(road.text, road.values)
        yield _("WARNING: %(place)s: %(what)s") % {"place": road.position, "what": what}


def _read_certificates() -> None:
    for path, trouble in certificates.read_again():
        if trouble is None:
            log.info("certificate_reloaded", path=str(path))
        else:
            log.error("certificate_not_reloaded", path=str(path), reason=trouble)


def warn_of_root(user: int | None = None) -> None:
    """Nothing needs root; whoever breaks into it then owns the machine."""
    if (os.geteuid() if user is None else user) == 0:
        log.warning("running_as_root", mend=ORDINARY_USER)


def _listen_to_signals(daemon: Daemon, stack: AsyncExitStack) -> None:
    """From before the first part is opened until the last one is closed."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if daemon.stop.is_set():
            for process in multiprocessing.active_children():
                process.kill()
            os._exit(1)
        daemon.stop.set()

    def reload() -> None:
        """What changes while we look is seen by the next look, a second later: no need to queue up."""
        _read_certificates()
        if daemon.reloading is None or daemon.reloading.done():
            daemon.reloading = spawn(look_at_rules(daemon, anew=True), name="reload rules")

    for number, handler in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, reload)):
        loop.add_signal_handler(number, handler)
        stack.callback(loop.remove_signal_handler, number)
