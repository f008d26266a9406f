"""docs/rules.md: nothing of the language is missing, every example loads, and its tests pass."""

import re
from pathlib import Path

import pytest

from tests.triage.samples import rules_of
from triage.folding import MAX_SCANNED, fold
from triage.keywords import (
    ADJUSTED,
    CALENDAR_KEYS,
    CASE_KEYS,
    CHANGES,
    COMPARISONS,
    CONTACT_KEYS,
    DEPARTMENT_KEYS,
    EXPECT_KEYS,
    FIELDS,
    FILE_KEYS,
    GIVEN_KEYS,
    HOLIDAY_KEYS,
    HOURS_KEYS,
    PRIORITIES,
    QUESTION_KEYS,
    RULE_KEYS,
    SOLUTION_KEYS,
)
from triage.loading import MAX_RULES
from triage.loading_conditions import MAX_CHAIN
from triage.matching import find_word
from triage.patterns import MAX_EXPRESSION, MAX_WORD, Word, parse_words
from triage.selftest import run_tests
from triage.shouting import ENOUGH_LETTERS, LOUD_PERCENT, LOUD_PERCENT_WITH_MARKS
from triage.vocabulary import CONDITIONS

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")}
ROWS = re.findall(r"^\| `(\w+)` \| .*? \| `(.*)` \|$", SECTIONS["Condições"], re.MULTILINE)
WORD_ROWS = re.findall(r"^\| `([^`]+)` \| (`.*?) \|(.*)\|$", SECTIONS["Palavras"], re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            *(
                *CONDITIONS,
                *COMPARISONS,
                *FIELDS,
                *ADJUSTED,
                *CHANGES,
                *RULE_KEYS,
                *FILE_KEYS,
                *CALENDAR_KEYS,
                *PRIORITIES,
            ),
            *(*HOLIDAY_KEYS, *HOURS_KEYS, *CONTACT_KEYS, *QUESTION_KEYS, *SOLUTION_KEYS, *GIVEN_KEYS, *EXPECT_KEYS),
            *(*CALENDAR_KEYS, *CASE_KEYS, *DEPARTMENT_KEYS),
        }
    ),
)
def test_every_word_of_the_language_is_documented(name):
    assert re.search(rf"`{name}\b|\b{name}:", PAGE)


def test_every_condition_has_a_row_with_an_example():
    assert [name for name, _ in ROWS] == list(CONDITIONS)


@pytest.mark.parametrize(("name", "example"), ROWS)
def test_the_example_of_a_condition_is_taken(name, example):
    text = (
        "version: 1\ndepartments: {a: A}\ndefault: {department: a, priority: Baixa}\n"
        "calendars: {atendimento: {hours: {mon: 08:00-18:00}}}\n"
        "define: {a: {words: a}, b: {words: b}, bloqueia: {words: c}}\n"
        "rules:\n  - {name: um, when: {words: x}, tags: [irritado]}\n"
        f"  - name: dois\n    when:\n      {example}\n    stop: true\n"
    )

    assert example.startswith(f"{name}:")
    assert len(rules_of(text).rules) == 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_load_and_pass_their_own_tests(example):
    results = run_tests(rules_of(example))

    assert results
    assert [(result.name, result.reason) for result in results if not result.passed] == []


@pytest.mark.parametrize(("pattern", "found", "missed"), WORD_ROWS)
def test_the_table_of_words_tells_the_truth(pattern, found, missed):
    def hits(text: str) -> bool:
        parsed = parse_words(pattern)
        return any(find_word(fold(text), word) >= 0 if isinstance(word, Word) else "500" in text for word in parsed)

    assert all(hits(text) for text in re.findall(r"`([^`]+)`", found))
    assert not any(hits(text) for text in re.findall(r"`([^`]+)`", missed))


def test_the_table_of_words_is_read():
    assert len(WORD_ROWS) >= 5


def test_the_limits_are_the_true_ones():
    assert f"até {MAX_SCANNED:,} caracteres".replace(",", ".") in PAGE
    assert f"uma palavra pode ter {MAX_WORD}, uma expressão {MAX_EXPRESSION:,}".replace(",000", ".000") in PAGE
    assert f"{MAX_RULES:,} regras".replace(",", ".") in PAGE
    assert f"até {MAX_CHAIN} uma dentro da outra" in PAGE
    assert f"{LOUD_PERCENT} % das letras em maiúsculas, ou {LOUD_PERCENT_WITH_MARKS} %" in PAGE
    assert f"menos de {ENOUGH_LETTERS} letras" in PAGE
