"""`balcao rules lint`: rules that never count, conditions that are never true, and other slips that load and pass."""

from collections.abc import Collection, Iterator
from typing import Any

import click

from domain.errors import ConfigError, Undecodable
from domain.facts import Facts
from ingest.commands.failures import AlreadySaid
from ingest.commands.shape import command
from ingest.commands.shell import Shell
from ingest.payloads import facts_of_case
from ingest.presentation.findings import show_findings
from ingest.rulesets import read_book
from ingest.translations import N_, _
from triage.lint.checking import lint
from triage.lint.findings import Finding, Severity
from triage.rules import RuleSet


@command(
    None,
    "lint",
    help=N_(
        "Find rules that never count, conditions that are never true, words that others swallow and names that "
        "nothing uses. Without FILE: the rule file of the settings. Exit code 1 if there is an error."
    ),
    example="balcao rules lint rules.yaml",
)
@click.argument("file", metavar="[FILE]", required=False)
def rule_lint(shell: Shell, file: str | None) -> None:
    """Warnings and hints alone leave the exit code 0."""
    path = shell.rule_file(file)
    book = read_book(path)
    found = lint(book.rules, book.sections, _tests(book.rules), _channels(shell, file))
    errors = sum(one.severity is Severity.ERROR for one in found)
    document = {
        "ok": not errors,
        "file": str(path),
        "hash": book.rules.hash,
        "rules": len(book.rules.rules),
        **{f"{severity}s": sum(one.severity is severity for one in found) for severity in Severity},
        "findings": [_as_json(one) for one in found],
    }
    shell.answer(document, lambda: show_findings(document))
    if errors:
        raise AlreadySaid("")


def _channels(shell: Shell, file: str | None) -> Collection[str] | None:
    """Their names in the settings; None where a rule file is by itself, or the settings have mistakes."""
    if file and not shell.config_path.exists():
        return None
    try:
        return shell.settings.channels
    except ConfigError:
        return None


def _tests(rules: RuleSet) -> Iterator[Facts]:
    """The messages of the file's tests; what cannot be decoded is for `rules test` to tell."""
    for case in rules.tests:
        try:
            yield facts_of_case(case)
        except Undecodable:
            continue


def _as_json(one: Finding) -> dict[str, Any]:
    values = {name: _(value) if name in {"why", "what"} else value for name, value in one.values.items()}
    return {
        "id": one.kind,
        "severity": str(one.severity),
        "file": one.position.file,
        "line": one.position.line,
        "column": one.position.column,
        "rule": one.rule or None,
        "message": _(one.text) % values,
        "others": [
            {"name": other.name, "file": other.position.file, "line": other.position.line} for other in one.others
        ],
    }
