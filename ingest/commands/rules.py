"""`balcao rules …`: what operations staff ask of a rule file before and after they change it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from config.reading import read_file
from domain.errors import Position
from ingest.commands.backtest import run_backtest
from ingest.commands.explain import explain
from ingest.commands.failures import AlreadySaid
from ingest.commands.shape import command, group
from ingest.commands.shell import Shell, print_json, say
from ingest.commands.stats import stats
from ingest.presentation.clean import line
from ingest.presentation.console import console, paragraph
from ingest.presentation.junit import junit
from ingest.presentation.labels import counted_rules, counted_tests
from ingest.rulebook import read_rules
from ingest.translations import N_, _, ngettext
from triage.rules import Case
from triage.schema import rules_schema
from triage.selftest import CaseResult, load_cases, run_tests

rules = group("rules", help=N_("Check, test and explain the rule file."))
for _added in (explain, run_backtest, stats):
    rules.add_command(_added)


@command(
    rules,
    "check",
    help=N_("Check a rule file for mistakes. Without FILE: the one that the settings name."),
    example="balcao rules check rules.yaml",
)
@click.argument("file", metavar="[FILE]", required=False)
def check(shell: Shell, file: str | None) -> None:
    """Mistakes are a configuration error: exit 2, each as file:line:column on stderr."""
    path = shell.rule_file(file)
    ruleset = read_rules(path)
    document = {
        "ok": True,
        "file": str(path),
        "hash": ruleset.hash,
        "departments": dict(ruleset.departments),
        "rules": len(ruleset.rules),
        "tests": len(ruleset.tests),
    }
    found = {"rules": counted_rules(len(ruleset.rules)), "tests": counted_tests(len(ruleset.tests))}
    shell.answer(document, lambda: say(_("%(file)s: no mistakes; %(rules)s, %(tests)s") % {"file": path, **found}))


@command(
    rules,
    "test",
    help=N_("Run the tests of a rule file. Without FILE: the one that the settings name."),
    example="balcao rules test rules.yaml --cases my-cases.yaml --junit results.xml",
)
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--cases", metavar="FILE", help=N_("Run the tests of this file too."))
@click.option("--junit", "junit_file", metavar="FILE", help=N_("Write the results as JUnit XML."))
def test(shell: Shell, file: str | None, cases: str | None, junit_file: str | None) -> None:
    """Exit 1 when a test fails."""
    path = shell.rule_file(file)
    ruleset = read_rules(path)
    more: Sequence[Case] = load_cases(read_file(Path(cases)), ruleset) if cases else ()
    results = [_as_json(result) for result in run_tests(ruleset, [*ruleset.tests, *more])]
    failed = [result for result in results if not result["ok"]]
    if junit_file:
        Path(junit_file).write_bytes(junit(str(path), results))
    document = {
        "ok": not failed,
        "file": str(path),
        "hash": ruleset.hash,
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "tests": results,
    }
    shell.answer(document, lambda: _show_results(len(results), failed))
    if failed:
        raise AlreadySaid("")


@command(
    rules,
    "schema",
    help=N_("Print the JSON Schema of the rule file, for editors."),
    example="balcao rules schema > rules.schema.json",
)
def schema(shell: Shell) -> None:
    del shell
    print_json(rules_schema(_))


def _as_json(result: CaseResult) -> dict[str, Any]:
    place: Position = result.position
    return {
        "name": result.name,
        "ok": result.passed,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "reason": result.reason or None,
        "department": result.verdict.department,
        "priority": result.verdict.priority,
    }


def _show_results(count: int, failed: Sequence[dict[str, Any]]) -> None:
    out = console()
    for result in failed:
        out.print(paragraph(f"✗ {line(result['name'])}", "bold red"))
        out.print(paragraph(f"  {result['file']}:{result['line']}:{result['column']}: {line(result['reason'])}"))
    if failed:
        text = ngettext("%(failed)d of %(count)d test fails", "%(failed)d of %(count)d tests fail", count)
        out.print(paragraph(text % {"failed": len(failed), "count": count}, "bold"))
    else:
        text = ngettext("%(count)d test passes", "%(count)d tests pass", count)
        out.print(paragraph(text % {"count": count}, "green"))
