"""Files of six trades, in both languages, without a mistake: their tests pass, and lint has not even a hint."""

from pathlib import Path

import pytest

from config.reading import read_file
from triage.lint.checking import lint
from triage.loading import load
from triage.outline import Sections
from triage.selftest import run_tests

FILES = sorted((Path(__file__).parent / "correct").glob("*.yaml"))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in FILES])
def test_a_correct_file_raises_no_alarm(path):
    document = read_file(path)
    rules = load(document, path.read_text(encoding="utf-8"))

    assert [result.reason for result in run_tests(rules) if not result.passed] == []
    assert lint(rules, Sections((document,)), [case.facts for case in rules.tests], channels=["chat", "site"]) == []


def test_there_are_files_of_many_trades_in_both_languages():
    assert len(FILES) >= 6
