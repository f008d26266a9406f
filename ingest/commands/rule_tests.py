"""`balcao rules test`: the tests of a rule file, and for each that fails what decided and which condition failed.

tests of the file, --cases ──▶ the same judge as in production ──▶ table, JSON, JUnit XML
                                       └▶ failed? the rules that should have decided, and why they did not
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from config.reading import read_file
from ingest.commands.failures import AlreadySaid
from ingest.commands.shape import command
from ingest.commands.shell import Shell
from ingest.payloads import facts_of_case
from ingest.presentation.junit import junit
from ingest.presentation.refusal import refusal_lines
from ingest.presentation.rule_tests import progress, show_results
from ingest.rulesets import Book, read_book
from ingest.translations import N_
from triage.explain import position_json
from triage.obstacles import Obstacle, obstacles
from triage.rules import Case
from triage.selftest import CaseResult, Difference, load_cases, run_tests
from triage.whynot import refusal_json


@command(
    None,
    "test",
    help=N_("Run the tests of a rule file. Without FILE: the one that the settings name."),
    example="balcao rules test rules.yaml --cases my-cases.yaml --junit results.xml",
)
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--cases", metavar="FILE", help=N_("Run the tests of this file too."))
@click.option("--junit", "junit_file", metavar="FILE", help=N_("Write the results as JUnit XML."))
def rule_tests(shell: Shell, file: str | None, cases: str | None, junit_file: str | None) -> None:
    """Exit 1 when a test fails."""
    path = shell.rule_file(file)
    book = read_book(path)
    more: Sequence[Case] = load_cases(read_file(Path(cases)), book.rules) if cases else ()
    everything = [*book.rules.tests, *more]
    begun, ends = datetime.now(UTC), [time.perf_counter()]
    with progress(len(everything), wanted=not shell.as_json) as advance:

        def done() -> None:
            ends.append(time.perf_counter())
            advance()

        results = run_tests(book.rules, everything, facts_of_case, done)
    seconds = [after - before for before, after in pairwise(ends)]
    told = [{**_as_json(book, one), "seconds": round(lasted, 6)} for one, lasted in zip(results, seconds, strict=True)]
    failed = [result for result in told if not result["ok"]]
    if junit_file:
        Path(junit_file).write_bytes(junit(str(path), told, begun))
    document = {
        "ok": not failed,
        "file": str(path),
        "hash": book.rules.hash,
        "passed": len(told) - len(failed),
        "failed": len(failed),
        "tests": told,
    }
    shell.answer(document, lambda: show_results(document))
    if failed:
        raise AlreadySaid("")


def _as_json(book: Book, result: CaseResult) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "name": result.name,
        "ok": result.passed,
        "file": result.position.file,
        "line": result.position.line,
        "column": result.position.column,
        "reason": result.reason or None,
        "department": verdict.department if verdict else None,
        "priority": verdict.priority if verdict else None,
        "differences": [_difference_as_json(book, result, one) for one in result.differences],
    }


def _difference_as_json(book: Book, result: CaseResult, difference: Difference) -> dict[str, Any]:
    rules = {rule.name: rule for rule in book.rules.rules}
    decider = rules.get(difference.rule)
    found = obstacles(book.rules, book.outline, result.facts, difference) if result.facts else ()
    return {
        "field": difference.field,
        "expected": difference.expected,
        "got": difference.got,
        "not": difference.negated,
        "rule": difference.rule or None,
        "position": position_json(decider.position) if decider else None,
        "why": [_obstacle_as_json(one) for one in found],
    }


def _obstacle_as_json(obstacle: Obstacle) -> dict[str, Any]:
    refusal = refusal_json(obstacle.refusal) if obstacle.refusal else None
    return {
        "rule": obstacle.rule.name,
        "position": position_json(obstacle.rule.position),
        "stopped_by": obstacle.stopped_by,
        "beaten_by": obstacle.beaten_by,
        "refusal": refusal,
        "sentences": list(_sentences(refusal)) if refusal else [],
    }


def _sentences(refusal: dict[str, Any]) -> Iterator[str]:
    return ("  " * depth + sentence for depth, sentence in refusal_lines(refusal))
