"""The receivers as a part of the daemon: each kept running, none holding up the others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial

from channels.base import Channel
from domain.errors import IntakeUnavailable, ReceiverError
from domain.ports import Ledger
from ingest.chats import StoreChats
from ingest.daemon import Daemon
from ingest.intake import JournalIntake
from ingest.opening import Openings
from ingest.sole import Tenancy
from ingest.supervise import keep_running, spawn
from ingest.wiring import open_contents
from store.ledger import JournalLedger

FIRST_CONTACT = 5.0
"""Seconds that opening waits for servers we fetch from."""


@asynccontextmanager
async def receivers(daemon: Daemon) -> AsyncIterator[None]:
    up = {name: asyncio.Event() for name, channel in daemon.channels.items() if channel.receiver}
    tasks = []
    for name, event in up.items():
        run = partial(_run_receiver, daemon, daemon.channels[name], event)
        tasks.append(daemon.vital(keep_running(name, run, daemon.liveness), name=f"receiver {name}"))
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_CONTACT):
                await all_or_stop(up.values(), daemon.stop)
        for name in up:
            if addresses := getattr(daemon.channels[name].receiver, "addresses", ()):
                door = f"{daemon.channels[name].kind.upper()} ({name})"
                daemon.listening[door] = [str(address) for address in addresses]
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_or_stop(events: Iterable[asyncio.Event], stop: asyncio.Event) -> None:
    """Until every event is set, or `stop` is."""

    async def every() -> None:
        for event in events:
            await event.wait()

    tasks = [spawn(every(), name="ready"), spawn(_until_set(stop), name="stop")]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()


async def _run_receiver(daemon: Daemon, channel: Channel, event: asyncio.Event, ready: Callable[[], None]) -> None:
    """`event` is set once it is up, or has failed: a mailbox whose server is away must not hold up the other doors.

    While another node reads what only one may, we stand by, and that is as good as being up.
    """
    assert channel.receiver is not None

    def both() -> None:
        ready()
        event.set()

    def stand_by(holder: str) -> None:
        both()
        daemon.liveness.up(channel.name, f"standing by: {holder} reads it")

    try:
        if channel.sole is None:
            await channel.receiver.run(intake_of(daemon), both)
        else:
            tenancy = tenancy_of(daemon, channel.sole)
            fenced = intake_of(daemon, tenancy.ledger)
            try:
                await tenancy.run(partial(channel.receiver.run, fenced, both), waiting=stand_by)
            except IntakeUnavailable as error:
                why = error.in_full
                raise ReceiverError(f"whose turn it is cannot be known: {why}", detail=error.detail) from error
    finally:
        event.set()


def tenancy_of(daemon: Daemon, name: str) -> Tenancy:
    """Of `name` for this node."""
    return Tenancy(_ledger_of(daemon), name, daemon.node)


def _ledger_of(daemon: Daemon) -> JournalLedger:
    return JournalLedger(daemon.journal, daemon.metrics.note_gaps)


def intake_of(daemon: Daemon, ledger: Ledger | None = None) -> JournalIntake:
    """`ledger` stands in for that of the journal."""
    openings = Openings(daemon.rulebook, looks="work" not in daemon.roles)
    return JournalIntake(
        daemon.journal,
        daemon.arrived,
        daemon.metrics,
        daemon.channels,
        daemon.liveness,
        admission=daemon.admission,
        ledger=ledger or _ledger_of(daemon),
        store=daemon.store,
        chats=StoreChats(daemon.store, open_contents(daemon.settings), openings),
        traces=daemon.traces,
    )
