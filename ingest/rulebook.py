"""The rules in force: read, tested, replaced only by better ones.

    file changed / SIGHUP ─▶ read ─▶ mistakes? ─▶ own tests pass? ─▶ in force
                                        └──────────────┴─▶ refused: the last good set stays

Every look that brought something new is kept, good or bad (ingest/rulehistory.py).
A cold start with a broken file accepts interactions all the same; the worker waits for rules.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path

import structlog

from config.reading import read
from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar
from domain.errors import ConfigError, Mistake
from ingest.payloads import facts_of_case
from ingest.rulefiles import Look, RuleFile, Use, look_at, whole_text
from ingest.rulehistory import Outcome, RuleHistory
from triage.loading import RuleSet, load
from triage.outline import Outline, Sections, outline_of
from triage.selftest import run_tests

log = structlog.get_logger()

MOST_TOLD = 20
"""Mistakes that the log and the history tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """The texts of rule files that passed; travels to the child process, which compiles it once per hash.

    `file` is the main one, and the first of `files`.
    """

    file: str
    files: tuple[RuleFile, ...]
    hash: str


@dataclass(frozen=True, kw_only=True)
class Book:
    """Rules with what is written in their files."""

    rules: RuleSet
    sections: Sections

    @cached_property
    def outline(self) -> Outline:
        return outline_of(self.sections, self.rules.eyes.contacts)


def read_rules(path: Path) -> RuleSet:
    """Read and compile the rule file with all that it includes. Raises ConfigError with every mistake."""
    return source_and_rules(path)[1]


def source_and_rules(path: Path) -> tuple[RuleSource, RuleSet]:
    """Texts and rules of one look at the files: they may be replaced at any moment. Raises ConfigError."""
    return _compile(look_at(path))


def looked_at(path: Path) -> tuple[Look, RuleSet]:
    """The files with what is written in them, and their rules, once all tests pass. Raises ConfigError."""
    look = look_at(path)
    tested_look(look)
    return look, _compile(look)[1]


def _compile(look: Look) -> tuple[RuleSource, RuleSet]:
    look.raise_if_any()
    files = tuple(look.files)
    ruleset = load_files(files, look.documents)
    return RuleSource(file=str(look.main), files=files, hash=ruleset.hash), ruleset


def read_book(path: Path) -> Book:
    """Rules and their text, for those who explain them. Raises ConfigError with every mistake."""
    look = look_at(path)
    _source, ruleset = _compile(look)
    documents = zip(look.files, look.documents, strict=True)
    return Book(rules=ruleset, sections=Sections(tuple(node for file, node in documents if file.use is Use.RULES)))


def kept_rules(texts: Mapping[str, str]) -> RuleSet:
    """The rules of a set that was kept; places are told by the names the files had. Raises ConfigError."""
    documents = {below: read(text, below) for below, text in texts.items()}
    main = next(iter(documents.values()))
    contacts = main.get("contacts") if isinstance(main, MappingNode) else None
    named = os.path.normpath(str(contacts.value)) if isinstance(contacts, Scalar) else None
    files = tuple(
        RuleFile(name=below, below=below, text=text, use=Use.CONTACTS if below == named else Use.RULES)
        for below, text in texts.items()
    )
    return load_files(files, list(documents.values()))


@lru_cache(maxsize=2)
def compiled(source: RuleSource) -> RuleSet:
    """The rule set of a source that is known to be good."""
    return load_files(source.files, [read(file.text, file.name) for file in source.files])


def load_files(files: Sequence[RuleFile], documents: Sequence[Node]) -> RuleSet:
    """The rules of these files, which `documents` are in the same order. Raises ConfigError with every mistake."""
    by_use: dict[Use, list[Node]] = {use: [] for use in Use}
    for file, document in zip(files, documents, strict=True):
        by_use[file.use].append(document)
    main, *parts = by_use[Use.RULES]
    contacts = next(iter(by_use[Use.CONTACTS]), None)
    return load(main, whole_text({file.below: file.text for file in files}), parts=parts, contacts=contacts)


def tested(path: Path) -> RuleSource:
    """The source of the files, once they load and all their tests pass. Raises ConfigError."""
    return tested_look(look_at(path))


def tested_look(look: Look) -> RuleSource:
    """As `tested`, of files that have been read already."""
    source, ruleset = _compile(look)
    failures = [result for result in run_tests(ruleset, facts_of=facts_of_case) if not result.passed]
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

    def __init__(self, path: Path, history: RuleHistory | None = None) -> None:
        self.path = path
        self._history = history
        self.source: RuleSource | None = None
        self.loaded = asyncio.Event()
        self.problem = ""
        self._look: Look | None = None
        self._looking = asyncio.Lock()
        """Looks take turns: the last one to begin is the last one to decide."""

    async def reload(self) -> bool | None:
        """Take the file if it is good. Returns whether it is; `problem` tells why not.

        None while a rollback writes it: the next look will see it."""
        async with self._looking:
            return await self._take()

    async def _take(self) -> bool | None:
        look = await asyncio.to_thread(self._look_at)
        if look is None:
            return None
        self._look, before = look, self.source.hash if self.source else ""
        try:
            source = await asyncio.to_thread(tested_look, look)
        except ConfigError as error:
            self.problem = str(error)
            mistakes = [str(mistake) for mistake in error.mistakes[:MOST_TOLD]]
            log.error(  # noqa: TRY400 - a person's mistake, shown by place; a traceback would hide it
                "rules_refused", file=str(self.path), in_force=before or None, mistakes=mistakes
            )
            await self._remember(look, Outcome.REFUSED, before, mistakes)
            return False
        if source.hash != before or self.problem:
            log.info("rules_loaded", file=str(self.path), hash=source.hash)
        self.source, self.problem = source, ""
        self.loaded.set()
        await self._remember(look, Outcome.ACCEPTED, before, ())
        return True

    async def reload_if_changed(self) -> bool | None:
        """Reload when the content of a file is new; None when it is not. Compares content, since editors
        replace files and bind mounts report no events."""
        async with self._looking:
            if self._look is not None and await asyncio.to_thread(self._look.unchanged):
                return None
            return await self._take()

    def _look_at(self) -> Look | None:
        if self._history is None:
            return look_at(self.path)
        with self._history.looking() as free:
            return look_at(self.path) if free else None

    async def _remember(self, look: Look, outcome: Outcome, before: str, mistakes: Sequence[str]) -> None:
        """Rules come into force even when it cannot be written down."""
        if self._history is None:
            return
        try:
            await asyncio.to_thread(self._history.remember, look, outcome, before, mistakes, datetime.now(UTC))
        except OSError as error:
            log.warning("rules_history_not_written", reason=str(error))
