"""Child processes for the pipeline. One that dies or hangs is replaced, and its batch is told so."""

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

from pebble import ProcessExpired, ProcessPool

from config.settings import Settings
from domain.errors import BalcaoError
from domain.raw import JournalEntry
from ingest import child
from ingest.pipeline import BatchReport
from ingest.rulebook import RuleSource


class WorkerDied(BalcaoError):
    """The child process ended, or was ended because it hung, while it worked on this batch."""


class PipelinePool:
    """Runs `ingest.child` in `settings.worker.processes` processes."""

    def __init__(self, settings: Settings) -> None:
        self._timeout = settings.worker.timeout
        self._pool = ProcessPool(
            max_workers=settings.worker.processes,
            context=multiprocessing.get_context("spawn"),
            initializer=child.start,
            initargs=(settings,),
        )

    async def warm_up(self, source: RuleSource) -> None:
        await self._run(child.warm_up, source)

    async def process(self, entries: Sequence[JournalEntry], source: RuleSource) -> BatchReport:
        """Raises WorkerDied, or what the pipeline raises (StoreUnavailable)."""
        report: BatchReport = await self._run(child.process, entries, source)
        return report

    async def close(self, grace: float) -> None:
        self._pool.close()  # type: ignore[no-untyped-call]  # pebble types half of its methods
        try:
            await asyncio.wait_for(asyncio.to_thread(self._pool.join), grace)
        except TimeoutError:
            self._pool.stop()  # type: ignore[no-untyped-call]  # as above
            await asyncio.to_thread(self._pool.join)

    async def _run(self, function: Callable[..., Any], *arguments: object) -> Any:
        try:
            return await asyncio.wrap_future(self._pool.schedule(function, args=arguments, timeout=self._timeout))
        except ProcessExpired as error:
            raise WorkerDied(f"the worker process died (exit {error.exitcode})") from error
        except TimeoutError as error:
            raise WorkerDied(f"the worker process was ended after {self._timeout:.0f} s on one batch") from error
