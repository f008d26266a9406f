"""The rules in force: read, tested, replaced only by better ones.

    file changed / SIGHUP ─▶ read ─▶ mistakes? ─▶ own tests pass? ─▶ in force
                                        └──────────────┴─▶ refused: the last good set stays

A cold start with a broken file accepts interactions all the same; the worker waits for rules.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog

from config.reading import read, text_of
from domain.errors import ConfigError, Mistake
from triage.loading import RuleSet, load
from triage.selftest import run_tests

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """The text of a rule file that passed; travels to the child process, which compiles it once per hash."""

    file: str
    text: str
    hash: str


def read_rules(path: Path) -> RuleSet:
    """Read and compile the rule file. Raises ConfigError with every mistake."""
    return source_and_rules(path)[1]


def source_and_rules(path: Path) -> tuple[RuleSource, RuleSet]:
    """Text and rules of one look at the file: it may be replaced at any moment."""
    text = text_of(path)
    ruleset = load(read(text, str(path)), text)
    return RuleSource(file=str(path), text=text, hash=ruleset.hash), ruleset


@lru_cache(maxsize=2)
def compiled(source: RuleSource) -> RuleSet:
    """The rule set of a source that is known to be good."""
    return load(read(source.text, source.file), source.text)


def tested(path: Path) -> RuleSource:
    """The source of the file, once it loads and all its tests pass. Raises ConfigError."""
    source, ruleset = source_and_rules(path)
    failures = [result for result in run_tests(ruleset) if not result.passed]
    if failures:
        raise ConfigError(
            [
                Mistake(
                    failure.position,
                    "rule test %(name)s fails: %(reason)s",
                    {"name": repr(failure.name), "reason": failure.reason},
                )
                for failure in failures
            ]
        )
    return source


class Rulebook:
    """Holds the last good rules and looks for new ones."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source: RuleSource | None = None
        self.loaded = asyncio.Event()
        self.problem = ""
        self._seen = ""
        self._looking = asyncio.Lock()
        """Looks take turns: the last one to begin is the last one to decide."""

    async def reload(self) -> bool:
        """Take the file if it is good. Returns whether it is; `problem` tells why not."""
        async with self._looking:
            return await self._take()

    async def _take(self) -> bool:
        try:
            source = await asyncio.to_thread(tested, self.path)
        except ConfigError as error:
            self.problem = str(error)
            log.error(  # noqa: TRY400 - a person's mistake, shown by place; a traceback would hide it
                "rules_refused",
                file=str(self.path),
                in_force=self.source.hash if self.source else None,
                mistakes=[str(mistake) for mistake in error.mistakes[:20]],
            )
            return False
        if self.source is None or source.hash != self.source.hash or self.problem:
            log.info("rules_loaded", file=str(self.path), hash=source.hash)
        self.source, self.problem = source, ""
        self.loaded.set()
        return True

    async def reload_if_changed(self) -> bool | None:
        """Reload when the file's content is new; None when it is not. Compares content, since editors
        replace files and bind mounts report no events."""
        async with self._looking:
            fingerprint = await asyncio.to_thread(_fingerprint, self.path)
            if fingerprint == self._seen:
                return None
            self._seen = fingerprint
            return await self._take()


def _fingerprint(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"
