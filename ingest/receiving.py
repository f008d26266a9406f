"""The receivers as a part of the daemon: each kept running, none holding up the others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from ingest.chats import StoreChats
from ingest.daemon import Daemon
from ingest.intake import JournalIntake
from ingest.opening import Openings
from ingest.supervise import keep_running, spawn
from ingest.wiring import open_contents
from store.ledger import JournalLedger

FIRST_CONTACT = 5.0
"""Seconds that opening waits for servers we fetch from."""


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

    tasks = [spawn(every(), name="ready"), spawn(_set(stop), name="stop")]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _run_receiver(run: Any, intake: JournalIntake, event: asyncio.Event, ready: Callable[[], None]) -> None:
    """`event` is set once it is up, or has failed: a mailbox whose server is away must not hold up the other doors."""

    def both() -> None:
        ready()
        event.set()

    try:
        await run(intake, both)
    finally:
        event.set()


def intake_of(daemon: Daemon) -> JournalIntake:
    openings = Openings(daemon.rulebook, looks="work" not in daemon.roles)
    return JournalIntake(
        daemon.journal,
        daemon.work,
        daemon.metrics,
        daemon.channels,
        daemon.liveness,
        ledger=JournalLedger(daemon.journal),
        store=daemon.store,
        chats=StoreChats(daemon.store, open_contents(daemon.settings), openings),
    )
