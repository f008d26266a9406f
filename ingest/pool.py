"""Child processes for the pipeline. One that dies or hangs is replaced, and its batch is told so.

fresh ─warm up─▶ warm ─batches─▶ …
  │                └ a child died or hung: its batch hears WorkerDied, pebble starts the next child
  │                └ died or stuck with nothing to do: pebble gives the pool up for ever, we make a fresh one
  └ no child comes up (a secret that is gone, too little memory): CannotStart, and a fresh pool next time
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from pebble import ProcessExpired, ProcessPool

from config.settings import Settings
from domain.errors import BalcaoError
from domain.raw import JournalEntry
from ingest import child
from ingest.entry import BatchReport
from ingest.nursery import open_nursery
from ingest.rulebook import RuleSource
from ingest.supervise import spawn

PATIENCE = 3
"""Times a batch's own time until a child counts as stuck that has not even begun (another batch may be before it)."""

STARTING = 60.0
"""Seconds in which a child must be up: a busy machine takes some to import everything."""


class WorkerDied(BalcaoError):
    """The child process ended, or was ended because it hung, while it worked on this batch."""


class CannotStart(BalcaoError):
    """No child process comes up; the work can wait until one does."""


class PipelinePool:
    """Runs `ingest.child` in `settings.worker.processes` processes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._timeout = settings.worker.timeout
        self._pool = self._fresh()
        self._ending: asyncio.Task[None] | None = None

    def _fresh(self) -> ProcessPool:
        self._warm = False
        return ProcessPool(
            max_workers=self._settings.worker.processes,
            context=open_nursery(block.kind for block in self._settings.channels.values() if block.enabled),
            initializer=child.start,
            initargs=(self._settings,),
        )

    async def warm_up(self, source: RuleSource) -> None:
        """Raises CannotStart."""
        try:
            await self._run(max(self._timeout * PATIENCE, STARTING), child.warm_up, source)
        except WorkerDied as error:
            raise CannotStart(f"no worker process comes up: {error}") from error
        self._warm = True

    async def process(self, entries: Sequence[JournalEntry], source: RuleSource) -> BatchReport:
        """Raises CannotStart, WorkerDied, or what the pipeline raises (StoreUnavailable)."""
        if not self._warm:
            await self.warm_up(source)
        report: BatchReport = await self._run(self._timeout * PATIENCE, child.process, entries, source)
        return report

    async def close(self) -> None:
        """At once: whoever closes it has waited for its batches, or given them back."""
        await asyncio.to_thread(_end, self._pool)

    async def _run(self, patience: float, function: Callable[..., Any], *arguments: object) -> Any:
        pool = self._pool
        try:
            async with asyncio.timeout(patience) as limit:
                return await asyncio.wrap_future(self._scheduled(pool, function, arguments))
        except BrokenProcessPool as error:
            self._replace(pool)
            raise WorkerDied("the worker process was gone") from error
        except ProcessExpired as error:
            raise WorkerDied(f"the worker process died (exit {error.exitcode})") from error
        except TimeoutError as error:
            if limit.expired():
                self._replace(pool)
                raise WorkerDied("the worker process takes no work") from error
            raise WorkerDied(f"the worker process was ended after {self._timeout:.0f} s on one batch") from error

    def _scheduled(self, pool: ProcessPool, function: Callable[..., Any], arguments: Sequence[object]) -> "Future[Any]":
        try:
            future: Future[Any] = pool.schedule(function, args=arguments, timeout=self._timeout)
        except RuntimeError as error:
            raise BrokenProcessPool(str(error)) from error
        return future

    def _replace(self, broken: ProcessPool) -> None:
        """Whoever of its batches comes first does it."""
        if self._pool is broken:
            self._pool = self._fresh()
            self._ending = spawn(asyncio.to_thread(_end, broken), name="end of a broken pool")


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble types half of its methods
    pool.join()
