"""Past tickets judged anew, on every core: each process loads the candidate once and reads its own slices.

    span ─▶ slices ─▶ processes (nice: a running daemon goes first) ─▶ tallies ─▶ one

A slice is a short read-only transaction of the ticket store; nothing is ever written.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial

from domain.errors import StoreUnavailable
from ingest.rulebook import RuleSource
from ingest.rulesets import compiled
from store.engines import Database
from store.past import Span, pasts
from triage.backtest import Tally, try_rules

ALONE = 10_000
"""Tickets that one process has judged before others have started."""
POLITENESS = 10
PATIENCE = 10.0

Advance = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """`judging` is CPU time of the decisions alone, `working` of all processes, in seconds."""

    tally: Tally
    unreadable: list[int] = field(default_factory=list)
    judging: float = 0.0
    working: float = 0.0

    def merge(self, other: "Outcome") -> None:
        self.tally.merge(other.tally)
        self.unreadable += other.unreadable
        self.judging += other.judging
        self.working += other.working


class Judge:
    """One process's share of the work."""

    def __init__(self, url: str, source: RuleSource, samples: int) -> None:
        self._ruleset = compiled(source)
        self._samples = samples
        self._runner = asyncio.Runner()
        self._database = Database.open(url, busy_timeout=PATIENCE, readers=1)

    def judge(self, span: Span) -> Outcome:
        """Raises StoreUnavailable."""
        begun = time.process_time()
        found = self._runner.run(self._database.read(partial(pasts, span=span)))
        outcome = Outcome(tally=Tally(samples_kept=self._samples), unreadable=list(found.unreadable))
        for past in found.pasts:
            before = time.process_time()
            verdict = try_rules(self._ruleset, past)
            outcome.judging += time.process_time() - before
            outcome.tally.add(past, verdict)
        outcome.working = time.process_time() - begun
        return outcome

    def close(self) -> None:
        self._runner.run(self._database.close())
        self._runner.close()


def backtest(
    url: str, source: RuleSource, span: Span, *, samples: int, processes: int | None = None, advance: Advance
) -> Outcome:
    """`advance` is told of every ticket done. Raises StoreUnavailable."""
    cores = processes or len(os.sched_getaffinity(0))
    spread = _in_this_process if cores == 1 or span.count <= ALONE else partial(_in_processes, cores=cores)
    total = Outcome(tally=Tally(samples_kept=samples))
    for outcome in spread(url, source, samples, list(span.slices())):
        total.merge(outcome)
        advance(outcome.tally.judged + len(outcome.unreadable))
    total.unreadable.sort()
    total.tally.unmatched.sort()
    return total


def _in_this_process(url: str, source: RuleSource, samples: int, slices: list[Span]) -> Iterator[Outcome]:
    judge = Judge(url, source, samples)
    try:
        yield from map(judge.judge, slices)
    finally:
        judge.close()


def _in_processes(url: str, source: RuleSource, samples: int, slices: list[Span], *, cores: int) -> Iterator[Outcome]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(cores, mp_context=context, initializer=_start, initargs=(url, source, samples))
    try:
        for future in as_completed([pool.submit(_judge, one) for one in slices]):
            yield future.result()
    except BrokenProcessPool as error:
        raise StoreUnavailable("a process that judged tickets ended before its time", detail=str(error)) from error
    finally:
        pool.shutdown(cancel_futures=True)


_own: Judge


def _start(url: str, source: RuleSource, samples: int) -> None:
    global _own  # noqa: PLW0603 - the process is the object here
    # A Ctrl-C at the terminal reaches the whole group; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(POLITENESS)
    _own = Judge(url, source, samples)


def _judge(span: Span) -> Outcome:
    return _own.judge(span)
