"""The conditions of the rule language as JSON Schema."""

from collections.abc import Callable, Mapping

from domain.units import DURATION_PATTERN, SIZE_PATTERN
from triage.calendars import Hours
from triage.keywords import COMPARISONS, HOURS_KEYS
from triage.schema_pieces import (
    SCALAR,
    TEXT,
    TRUTH,
    WRITTEN,
    Schema,
    Translate,
    closed,
    described,
    one_or_many,
    some_of,
)
from triage.sight import TRAIT
from triage.vocabulary import ALERT_TRAITS, CALL_TRAITS, CONDITIONS, Takes, Term

CONDITION: Schema = {"$ref": "#/$defs/condition"}
CONDITIONS_LIST: Schema = {"type": "array", "minItems": 1, "items": CONDITION}
_NUMBER: Schema = {"type": "number"}
_OF_LIST: Schema = closed({"list": one_or_many(TEXT)}, ("list",))


def condition_schema(translate: Translate) -> Schema:
    terms = {
        name: {**_TAKEN[term.takes](term, translate), "description": translate(term.meaning)}
        for name, term in CONDITIONS.items()
    }
    return {"anyOf": [some_of(terms), CONDITIONS_LIST]}


def _united(pattern: str) -> Schema:
    return {"anyOf": [_NUMBER, {"type": "string", "pattern": f"^{pattern}$"}]}


def _numbers(number: Schema, translate: Translate) -> Schema:
    return {"anyOf": [number, _comparison(number, translate)]}


def _comparison(number: Schema, translate: Translate) -> Schema:
    pair = {"type": "array", "minItems": 2, "maxItems": 2, "items": number}
    bounds = {name: pair if name == "between" else number for name in COMPARISONS}
    return some_of(described(bounds, COMPARISONS, translate))


def _listed(value: Schema) -> Schema:
    item = {"anyOf": [value, _OF_LIST]}
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


def _choices(term: Term, _: Translate) -> Schema:
    choices = one_or_many({"enum": list(term.choices)})
    return {"anyOf": [*choices["anyOf"], TRUTH]} if "automated" in term.fields else choices


def _keyed(term: Term, translate: Translate) -> Schema:
    entry = {"anyOf": [*_listed(SCALAR)["anyOf"], _comparison(_united(DURATION_PATTERN), translate)]}
    schema: Schema = {"type": "object", "minProperties": 1, "additionalProperties": entry}
    if TRAIT in term.fields:
        schema["properties"] = dict.fromkeys((*CALL_TRAITS, *ALERT_TRAITS), entry)
    return schema


def _hours(_term: Term, translate: Translate) -> Schema:
    schemas: Mapping[str, Schema] = {"calendar": TEXT, "is": {"enum": [hours.value for hours in Hours]}}
    return closed(described(schemas, HOURS_KEYS, translate), ("is",))


_TAKEN: Mapping[Takes, Callable[[Term, Translate], Schema]] = {
    Takes.WORDS: lambda _, __: _listed(WRITTEN),
    Takes.VALUES: lambda _, __: _listed(WRITTEN),
    Takes.TAGS: lambda _, __: one_or_many(TEXT),
    Takes.NAMES: lambda _, __: one_or_many(TEXT),
    Takes.CHOICES: _choices,
    Takes.WEEKDAYS: _choices,
    Takes.NUMBERS: lambda _, translate: _numbers(_NUMBER, translate),
    Takes.SIZES: lambda _, translate: _numbers(_united(SIZE_PATTERN), translate),
    Takes.DURATIONS: lambda _, translate: _numbers(_united(DURATION_PATTERN), translate),
    Takes.TRUTH: lambda _, __: TRUTH,
    Takes.KEYED: _keyed,
    Takes.HOURS: _hours,
    Takes.ONE: lambda _, __: CONDITION,
    Takes.MANY: lambda _, __: CONDITIONS_LIST,
}
