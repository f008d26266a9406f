"""What an editor says about a rule file: the same as the loader, as far as a schema can."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from config.reading import read
from domain.document import plain
from tests.triage.samples import HEAD
from tests.triage.test_conditions import NAMED, SECTIONS, TABLE
from tests.triage.test_loading import FILES, RULES, in_rule
from tests.triage.test_loading import SECTIONS as SECTIONS_WRONG
from triage.schema import rules_schema
from triage.vocabulary import CONDITIONS

SHIPPED = Path(__file__).parents[2] / "config" / "rules.yaml"
VALIDATOR = Draft202012Validator(rules_schema())
BEYOND_A_SCHEMA = (
    "did you mean 'suporte'",
    "known are: comercial",
    "known are: -",
    "did you mean 't'?",
    "uses itself",
    "expression cannot be read",
    "larger than the second",
    "a name begins with",
    "this version",
    "'nada' is not known here",
    "'x' is not known here",
    "'cnpj' is not known here",
    "'calendar' is missing here",
    "did you mean 'call.answered'",
    "not both",
    "'America/Sao_Paolo'",
    "hours end before",
    "2026-02-30",
    "'SPP'",
    "'ZZ'",
    "'Carnval'",
    "'x-priorty'",
    "stand here twice",
    "fri-mon",
    "a domain or a telephone number",
    "same contact",
)


def beyond(told: str) -> bool:
    return any(part in told for part in BEYOND_A_SCHEMA)


def complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(plain(read(text, "r.yaml")))]


def test_the_schema_is_itself_valid():
    Draft202012Validator.check_schema(rules_schema())

    assert rules_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_shipped_file_is_good():
    assert complaints(SHIPPED.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("condition", [condition for condition, _, _ in TABLE])
def test_whatever_the_loader_takes_the_schema_takes(condition):
    define = "\n".join(f"  {line}" for line in NAMED.splitlines())

    assert complaints(f"{HEAD}{SECTIONS}define:\n{define}\n{in_rule(f'when: {condition}').removeprefix(HEAD)}") == []


@pytest.mark.parametrize(
    "text",
    [text for text, mistake in FILES if not beyond(mistake)]
    + [f"{HEAD}{section}\nrules: []" for section, mistake in SECTIONS_WRONG if not beyond(section + mistake)]
    + [in_rule(line) for line, mistake in RULES if not beyond(mistake)],
)
def test_what_the_loader_refuses_the_schema_refuses(text):
    assert complaints(text) != []


def test_every_condition_has_a_hover_text_in_the_readers_language():
    schema = rules_schema(lambda text: f"pt: {text}")
    properties = schema["$defs"]["condition"]["anyOf"][0]["properties"]

    assert {name: entry["description"] for name, entry in properties.items()} == {
        name: f"pt: {term.meaning}" for name, term in CONDITIONS.items()
    }
