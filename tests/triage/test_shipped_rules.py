"""config/rules.yaml, the product's face: loads, passes its own tests, and covers what it must."""

from pathlib import Path

import pytest

from config.reading import read_file
from triage.loading import load
from triage.selftest import run_tests

SHIPPED = Path(__file__).parents[2] / "config" / "rules.yaml"
RULES = load(read_file(SHIPPED), SHIPPED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("result", run_tests(RULES), ids=lambda result: result.name)
def test_case(result):
    assert result.reason == ""


def test_it_has_tests_enough():
    assert len(RULES.rules) >= 80
    assert len(RULES.tests) >= 200


def test_every_rule_decides_or_tags_in_some_test():
    used = {
        decision.rule
        for result in run_tests(RULES)
        for decision in (*result.verdict.fields.values(), *result.verdict.tags, *result.verdict.questions)
    }

    assert {rule.name for rule in RULES.rules} - used == set()


def test_every_department_and_priority_is_reached():
    verdicts = [result.verdict for result in run_tests(RULES)]

    assert {verdict.department for verdict in verdicts} == set(RULES.departments)
    assert {verdict.priority for verdict in verdicts} == {"Alta", "Média", "Baixa"}


def test_named_conditions_follow_the_meanings_of_the_priorities():
    text = SHIPPED.read_text(encoding="utf-8")

    assert all(f"\n  {name}:\n" in text for name in ("bloqueia", "afeta_entrega", "duvida"))
