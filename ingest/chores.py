"""Small jobs that keep the house: gauges, rule file watch, retention. In-process only (APScheduler 3).

Deadlines that matter to customers are columns that a worker polls, never jobs here.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.errors import IntakeUnavailable, StoreUnavailable

log = structlog.get_logger()

Chore = Callable[[], Awaitable[None]]


class Chores:
    """Named coroutines at fixed intervals (seconds). One that fails is logged and runs again next time.

    `turn` is set while this node, of those that share the database, does what only one may.
    """

    def __init__(self, turn: asyncio.Event) -> None:
        self._turn = turn
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})

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

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
