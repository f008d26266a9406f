"""Takes entries out of the journal, has them filed, writes their fates back.

    claim ─▶ attempts spent, and SUDDEN_ENDS more? ─yes─▶ FAILED
                  │ no
                  ▼
      fresh ones in one batch, retried ones alone ─▶ child process ─▶ settle
                                                        │ died or hung: each entry alone, then back to
                                                        │ WAITING until its attempts are spent
                                                        └ ticket store away, no child starts: release
                                                          uncounted, wait

While interactions pile up, two batches per child are on their way, so that it never idles while the next one is
claimed. Else one in all: the next claim shares the settling's commit, nothing waits behind a batch that is not its own,
and what was said first is filed first.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from domain.errors import BalcaoError, IntakeUnavailable, StoreUnavailable
from domain.ports import Journal
from domain.raw import Fate, JournalEntry, Outcome
from ingest.entry import BatchReport
from ingest.logs import clean
from ingest.metrics import Metrics
from ingest.pool import CannotStart, PipelinePool, WorkerDied
from ingest.rulebook import Rulebook, RuleSource
from ingest.supervise import Liveness, spawn
from ingest.tracing import Traces

log = structlog.get_logger()

DEPTH = 2
"""Batches on their way to each child while claims come back full."""
BEHIND = 0.1
"""Seconds after which an interaction that still waits to be claimed says that we are behind."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 15.0
JOURNAL_DELAY = 1.0
SUDDEN_ENDS = 7
"""Claims beyond `max_attempts` that may end with this whole process. A child's end points at the entry it had; ours,
by kill or power, has as many innocents as were claimed."""
PART = "worker"


class Worker:
    """`poll` is the longest time (seconds) between looks at the journal when nobody wakes us. `calm` is cleared while
    interactions wait longer than BEHIND."""

    def __init__(
        self,
        *,
        journal: Journal,
        pool: PipelinePool,
        rulebook: Rulebook,
        wake: asyncio.Event,
        calm: asyncio.Event,
        filed: Callable[[], None],
        metrics: Metrics,
        liveness: Liveness,
        processes: int,
        batch: int,
        max_attempts: int,
        poll: float,
        traces: Traces | None = None,
    ) -> None:
        self._traces = traces
        self._journal = journal
        self._pool = pool
        self._rulebook = rulebook
        self._wake = wake
        self._calm = calm
        self._filed = filed
        self._metrics = metrics
        self._liveness = liveness
        self._most = processes * DEPTH
        self._allowed = 1
        self._in_children = 0
        self._room = asyncio.Event()
        self._batch = batch
        self._max_attempts = max_attempts
        self._poll = poll
        self._delay = FIRST_DELAY
        self._resume_at = 0.0
        self._failure: BaseException | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; batches under way are finished by `drain`."""
        if not self._rulebook.loaded.is_set():
            self._liveness.down(PART, "waiting for rules")
            await self._rulebook.loaded.wait()
        await self._warm_up()
        self._liveness.up(PART)
        while True:
            await self._some_room()
            await self._pause()
            self._wake.clear()
            entries = await self._claim()
            if not entries:
                if self._resume_at and not self._in_children:
                    self._all_is_well()  # another node has done what waited
                await self._idle()
                continue
            self._in_children += 1
            task = spawn(self._handle(entries), name=f"batch of {len(entries)}")
            self._under_way.add(task)
            task.add_done_callback(self._finished)

    async def _some_room(self) -> None:
        """Until the children can take another batch. Raises what ended a batch by a bug of ours."""
        while self._failure is None and self._in_children >= self._allowed:
            self._room.clear()
            await self._room.wait()
        if self._failure is not None:
            raise self._failure

    async def _warm_up(self) -> None:
        """Receivers are open meanwhile: what they take waits in the journal."""
        self._liveness.starting(PART)
        while True:
            assert self._rulebook.source is not None, "rules are loaded"
            try:
                await self._pool.warm_up(self._rulebook.source)
            except CannotStart as error:
                await self._wait_for(PART, (), error)
                await self._pause()
            else:
                return

    async def drain(self, grace: float) -> None:
        """Let batches under way end; after `grace` seconds give their entries back."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=grace)
            for task in late:
                task.cancel()

    def _finished(self, task: asyncio.Task[None]) -> None:
        """A batch that ended by a bug of ours leaves its entries claimed: better to start anew than to go on."""
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            self._wake.set()
            self._room.set()

    async def _idle(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._wake.wait()

    async def _claim(self) -> Sequence[JournalEntry]:
        begun = time.perf_counter()
        try:
            claimed = await self._journal.claim(self._batch)
        except (IntakeUnavailable, StoreUnavailable) as error:
            self._metrics.stages["claim"].failed()
            log.warning("journal_unavailable", error=error.in_full)
            await asyncio.sleep(JOURNAL_DELAY)
            return ()
        if claimed:  # most looks of an idle desk find nothing
            self._metrics.stages["claim"].passed(time.perf_counter() - begun, len(claimed))
        self._allowed = self._most if len(claimed) == self._batch else 1
        if claimed and (datetime.now(UTC) - claimed[0].raw.received_at).total_seconds() > BEHIND:
            self._calm.clear()
        else:
            self._calm.set()
        return claimed

    async def _pause(self) -> None:
        pause = self._resume_at - asyncio.get_running_loop().time()
        if pause > 0:
            await asyncio.sleep(pause)

    # One batch

    async def _handle(self, entries: Sequence[JournalEntry]) -> None:
        """Told to stop (`drain`): what has no outcome yet is given back."""
        most = self._max_attempts + SUDDEN_ENDS
        outcomes = [self._given_up(entry, "no attempt ended") for entry in entries if entry.attempts > most]
        fresh = [entry for entry in entries if entry.attempts == 1]
        again = [entry for entry in entries if 1 < entry.attempts <= most]
        groups = ([fresh] if fresh else []) + [[entry] for entry in again]
        try:
            while groups:
                outcomes += await self._process(groups[0])
                del groups[0]
        except asyncio.CancelledError:
            await self._journal.release([entry.raw_id for group in groups for entry in group], uncount=True)
            raise
        finally:
            self._in_children -= 1
            self._room.set()
            await self._settle(outcomes)

    async def _process(self, entries: Sequence[JournalEntry]) -> Sequence[Outcome]:
        """What became of `entries`; nothing of those that were given back."""
        source = self._rulebook.source
        assert source is not None, "the worker starts once rules are loaded"
        try:
            report = await self._traced(entries, source)
        except StoreUnavailable as error:
            self._metrics.stages["commit"].failed(len(entries))
            await self._wait_for("store", entries, error)
        except CannotStart as error:
            await self._wait_for(PART, entries, error)
        except WorkerDied as error:
            return await self._died(entries, error)
        except Exception as error:  # noqa: BLE001 - a bug around the pipeline, which guards single entries itself
            return await self._died(entries, error)
        else:
            self._all_is_well()
            self._count(report, entries)
            self._filed()
            return report.outcomes
        return ()

    async def _traced(self, entries: Sequence[JournalEntry], source: RuleSource) -> BatchReport:
        if self._traces is None:
            return await self._pool.process(entries, source)
        claimed = time.time_ns()
        try:
            report = await self._pool.process(entries, source)
        except Exception as error:
            self._traces.given_back(entries, claimed, error)
            raise
        _ = spawn(asyncio.to_thread(self._traces.filed, entries, report, claimed), name="spans of a batch")
        return report

    async def _died(self, entries: Sequence[JournalEntry], error: Exception) -> Sequence[Outcome]:
        self._metrics.worker_deaths.inc()
        log.error("batch_failed", entries=len(entries), error=f"{type(error).__name__}: {error}")
        if len(entries) > 1:
            for entry in entries:
                await self._settle(await self._process([entry]))
            return ()
        entry = entries[0]
        if entry.attempts >= self._max_attempts:
            return [self._given_up(entry, str(error))]
        return [Outcome(raw_id=entry.raw_id, fate=Fate.WAITING, reason=str(error))]

    def _given_up(self, entry: JournalEntry, reason: str) -> Outcome:
        log.error("interaction_parked", raw=entry.raw_id, channel=entry.raw.channel, attempts=entry.attempts)
        return Outcome(raw_id=entry.raw_id, fate=Fate.FAILED, reason=f"given up: {reason}")

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        await self._insist(lambda: self._journal.settle(outcomes))
        for outcome in outcomes:
            self._metrics.settled.labels(outcome.fate.value).inc()

    async def _insist(self, write: Callable[[], Awaitable[None]]) -> None:
        """Until it is written: what is neither settled nor released would stay claimed until the next start."""
        while True:
            try:
                await write()
            except (IntakeUnavailable, StoreUnavailable) as error:
                log.warning("journal_unavailable", error=error.in_full)
                await asyncio.sleep(JOURNAL_DELAY)
            else:
                return

    # What is needed and not there

    async def _wait_for(self, part: str, entries: Sequence[JournalEntry], error: BalcaoError) -> None:
        self._liveness.down(part, clean(error.in_full))
        now = asyncio.get_running_loop().time()
        if self._resume_at <= now:
            self._resume_at = now + self._delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            self._delay = min(self._delay * 2, LONGEST_DELAY)
        ids = [entry.raw_id for entry in entries]
        log.warning("waiting", part=part, entries=len(ids), error=error.in_full)
        await self._insist(lambda: self._journal.release(ids, uncount=True))

    def _all_is_well(self) -> None:
        self._delay, self._resume_at = FIRST_DELAY, 0.0
        self._liveness.up("store")
        self._liveness.up(PART)

    def _count(self, report: BatchReport, entries: Sequence[JournalEntry]) -> None:
        metrics = self._metrics
        metrics.batch.observe(len(entries))
        for name, seconds in report.seconds.items():
            metrics.stages[name].passed(seconds, report.items[name])
        for name, failures in report.failures.items():
            metrics.stages[name].failed(failures)
        tables = {"filed": metrics.filed, "tickets": metrics.tickets, "alerts": metrics.alerts}
        for (kind, first, second), count in report.tally.items():
            if kind == "answers":
                metrics.answers.labels(first).inc(count)
            else:
                tables[kind].labels(first, second).inc(count)
        for delay in report.delays:
            metrics.delay.observe(delay)
