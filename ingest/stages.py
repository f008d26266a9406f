"""The stages an interaction goes through, each with how many, how long, and how often it failed.

    accept ─▶ journal_write ─▶ claim ─▶ decode ─▶ files ─▶ conversations ─▶ triage ─▶ acknowledge ─▶ commit   one batch
    one       one commit                                                       dispatch ◀────────────┘        each

The names are all the label `stage` can ever be: every one is there from the start, with zero.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Counter, Histogram

STAGES = (
    "accept",
    "journal_write",
    "claim",
    "decode",
    "files",
    "conversations",
    "triage",
    "acknowledge",
    "commit",
    "dispatch",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """`seconds` are told of each turn, `items` of what went through in it, `failures` of what did not."""

    seconds: Histogram
    items: Counter
    failures: Counter

    def passed(self, seconds: float, items: int = 1) -> None:
        self.seconds.observe(seconds)
        self.items.inc(items)

    def failed(self, failures: int = 1) -> None:
        self.failures.inc(failures)

    def wrote(self, items: int, seconds: float, *, well: bool) -> None:
        """As a journal tells it of a commit."""
        if well:
            self.passed(seconds, items)
        else:
            self.seconds.observe(seconds)
            self.failed(items)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """One item; what is raised within is its failure."""
        begun = time.perf_counter()
        try:
            yield
        except Exception:
            self.wrote(1, time.perf_counter() - begun, well=False)
            raise
        self.passed(time.perf_counter() - begun)


def stages_of(seconds: Histogram, items: Counter, failures: Counter) -> Mapping[str, Stage]:
    return {name: Stage(seconds.labels(name), items.labels(name), failures.labels(name)) for name in STAGES}
