"""The child process: decoding, triage and filing away from the receivers' loop.

The parent sends claimed entries and the source of the rules in force; the child answers with what became
of them. It keeps its own connections to the ticket store. A memory limit makes a bomb a MemoryError here
instead of an out-of-memory kill of everything.
"""

import asyncio
import contextlib
import resource
import signal
from collections.abc import Sequence
from functools import lru_cache

from config.settings import Settings
from domain.raw import JournalEntry
from ingest import memory
from ingest.entry import BatchReport
from ingest.logs import set_up_logging
from ingest.pipeline import Pipeline
from ingest.rulebook import RuleSource
from ingest.rulesets import compiled
from ingest.wiring_work import open_pipeline
from triage.loading import RuleSet

_runner: asyncio.Runner
_pipeline: Pipeline


def start(settings: Settings) -> None:
    """Initialiser of the process."""
    global _runner, _pipeline  # noqa: PLW0603 - the process is the object here
    # The parent decides when to stop; a Ctrl-C at the terminal reaches the whole process group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit = settings.worker.memory_limit
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    set_up_logging(settings.log.level, settings.log.format)
    _runner = asyncio.Runner()
    _pipeline = open_pipeline(settings)


def process(entries: Sequence[JournalEntry], source: RuleSource) -> BatchReport:
    """One batch. Raises StoreUnavailable."""
    return _runner.run(_pipeline.process(entries, _rules(source)))


def warm_up(source: RuleSource) -> int:
    """Import and compile everything before the first interaction needs it. Returns the number of rules' fields."""
    return len(_rules(source).departments)


@lru_cache(maxsize=1)
def _rules(source: RuleSource) -> RuleSet:
    """Whatever stays, stays from here on: the rules are the last to come."""
    rules = compiled(source)
    memory.settle()
    return rules
