"""Small jobs that keep the house: gauges, rule file watch, retention. In-process only.

Deadlines that matter to customers are columns that a worker polls, never jobs here. Intervals are of the clock that
only counts on: a scheduler that goes by the time of day stands still for an hour when that is set back by one.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from domain.errors import IntakeUnavailable, StoreUnavailable
from ingest.supervise import spawn

log = structlog.get_logger()

Chore = Callable[[], Awaitable[None]]


class Chores:
    """Named coroutines at fixed intervals (seconds). One that fails is logged and runs again next time.

    `turn` is set while this node, of those that share the database, does what only one may.
    """

    def __init__(self, turn: asyncio.Event) -> None:
        self._turn = turn
        self._chores: dict[str, tuple[Chore, float, float]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def every(self, seconds: float, name: str, chore: Chore, *, first: float = 0.0, sole: bool = False) -> None:
        """From `first` seconds after the start on; `sole`: on one node at a time."""

        async def guarded() -> None:
            if sole:
                await self._turn.wait()
            try:
                await chore()
            except (StoreUnavailable, IntakeUnavailable) as error:
                log.info("chore_postponed", chore=name, reason=str(error))
            except Exception:
                log.exception("chore_failed", chore=name)

        self._chores[name] = guarded, seconds, first

    def start(self) -> None:
        for name, (chore, seconds, first) in self._chores.items():
            self._tasks.append(spawn(_again_and_again(chore, seconds, first), name=f"chore {name}"))

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()


async def _again_and_again(chore: Chore, seconds: float, first: float) -> None:
    """One at a time; what was missed because one took long is not made up for."""
    clock = asyncio.get_running_loop().time
    due = clock() + first
    while True:
        await asyncio.sleep(max(0.0, due - clock()))
        await chore()
        due = max(due + seconds, clock())


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
