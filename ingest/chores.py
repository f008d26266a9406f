"""Small jobs that keep the house: gauges, rule file watch, retention. In-process only (APScheduler 3).

Deadlines that matter to customers are columns that a worker polls, never jobs here. APScheduler goes by the time of
day: when that is set back by an hour, every job would wait for an hour. So whoever keeps it looks whether the time of
day has fallen behind the clock that only counts on, and then all jobs are due.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.errors import IntakeUnavailable, StoreUnavailable
from ingest.supervise import spawn

log = structlog.get_logger()

Chore = Callable[[], Awaitable[None]]

LOOK = 5.0
"""Seconds between two looks at the clocks."""
SET_BACK = 2.0
"""Seconds: less is how clocks are disciplined, and delays a chore by no more than that."""


class Chores:
    """Named coroutines at fixed intervals (seconds). One that fails is logged and runs again next time.

    `turn` is set while this node, of those that share the database, does what only one may.
    """

    def __init__(self, turn: asyncio.Event) -> None:
        self._turn = turn
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        self._watch: asyncio.Task[None] | None = None

    def every(self, seconds: float, name: str, chore: Chore, *, first: float = 0.0, sole: bool = False) -> None:
        """From `first` seconds after now on; `sole`: on one node at a time."""

        async def guarded() -> None:
            if sole:
                await self._turn.wait()
            try:
                await chore()
            except (StoreUnavailable, IntakeUnavailable) as error:
                log.info("chore_postponed", chore=name, reason=str(error))
            except Exception:
                log.exception("chore_failed", chore=name)

        self._scheduler.add_job(
            guarded,
            "interval",
            seconds=seconds,
            id=name,
            next_run_time=datetime.now(UTC) + timedelta(seconds=first),
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._scheduler.start()
        self._watch = spawn(self._watch_clocks(), name="clocks of the chores")

    def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._scheduler.shutdown(wait=False)

    async def _watch_clocks(self) -> None:
        known = _ahead()
        while True:
            await asyncio.sleep(LOOK)
            now = _ahead()
            if now < known - SET_BACK:
                log.info("clock_set_back", seconds=round(known - now, 1))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            known = now


def _ahead() -> float:
    """Seconds that the time of day is ahead of the clock that only counts on."""
    return time.time() - time.monotonic()


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
