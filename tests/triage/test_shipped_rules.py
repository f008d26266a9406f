"""The shipped rule files, the product's face, in Portuguese and English: each loads, passes its own tests, has nothing
that lint complains of, and covers what it must.
"""

from pathlib import Path

import pytest

from config.reading import read_file
from triage.lint.checking import lint
from triage.loading import load
from triage.outline import Sections
from triage.selftest import run_tests

CONFIG = Path(__file__).parents[2] / "config"
DOCUMENTS = {name: read_file(CONFIG / name) for name in ("rules.yaml", "rules.en.yaml")}
RULES = {name: load(document, (CONFIG / name).read_text(encoding="utf-8")) for name, document in DOCUMENTS.items()}
RESULTS = {name: run_tests(rules) for name, rules in RULES.items()}
MEANINGS = {
    "rules.yaml": {"bloqueia", "afeta_entrega", "duvida"},
    "rules.en.yaml": {"blocks", "affects_delivery", "doubt"},
}

each_file = pytest.mark.parametrize("name", sorted(RULES))


@pytest.mark.parametrize(
    "result",
    [pytest.param(result, id=f"{name}: {result.name}") for name, results in RESULTS.items() for result in results],
)
def test_case(result):
    assert result.reason == ""


@each_file
def test_it_has_rules_and_tests_enough(name):
    assert len(RULES[name].rules) >= 80
    assert len(RULES[name].tests) >= 200


@each_file
def test_lint_has_nothing_to_complain_about(name):
    rules = RULES[name]

    assert lint(rules, Sections((DOCUMENTS[name],)), [case.facts for case in rules.tests]) == []


@each_file
def test_every_rule_decides_or_tags_in_some_test(name):
    used = {
        decision.rule
        for result in RESULTS[name]
        for decision in (*result.verdict.fields.values(), *result.verdict.tags, *result.verdict.questions)
    }

    assert {rule.name for rule in RULES[name].rules} - used == set()


@each_file
def test_every_department_and_priority_is_reached(name):
    verdicts = [result.verdict for result in RESULTS[name]]

    assert {verdict.department for verdict in verdicts} == set(RULES[name].departments)
    assert {verdict.priority for verdict in verdicts} == {"Alta", "Média", "Baixa"}


@each_file
def test_named_conditions_follow_the_meanings_of_the_priorities(name):
    text = (CONFIG / name).read_text(encoding="utf-8")

    assert all(f"\n  {meaning}:\n" in text for meaning in MEANINGS[name])


def test_the_two_files_have_the_same_shape():
    portuguese, english = RULES["rules.yaml"], RULES["rules.en.yaml"]

    assert len(english.departments) == len(portuguese.departments)
    assert len(english.questions) == len(portuguese.questions)
