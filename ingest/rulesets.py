"""Rules as their files have them: read, compiled, tried by their own tests.

Whoever only holds the rules in force (ingest/rulebook.py) imports this when the first ones are read: receivers are open
by then (ADR 18).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from config.reading import read
from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar
from domain.errors import ConfigError, Mistake
from ingest.payloads import facts_of_case
from ingest.rulebook import RuleSource
from ingest.rulefiles import Look, RuleFile, Use, look_at, whole_text
from triage.loading import RuleSet, load
from triage.outline import Outline, Sections, outline_of
from triage.selftest import run_tests


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
    return look, _tested(look)[1]


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
    return _tested(look)[0]


def _tested(look: Look) -> tuple[RuleSource, RuleSet]:
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
    return source, ruleset
