"""The rule file as JSON Schema (2020-12), for completion and hover texts in editors.

It says what the loader says, as far as a schema can: names that must exist elsewhere in the file
(departments, named conditions, rules) and the inside of patterns are the loader's to check.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.interaction import Automated, Medium
from domain.units import DURATION_PATTERN, SIZE_PATTERN
from triage.vocabulary import (
    CASE_KEYS,
    COMPARISONS,
    CONDITIONS,
    EXPECT_KEYS,
    FIELDS,
    FILE_KEYS,
    GIVEN_KEYS,
    PRIORITIES,
    RULE_KEYS,
    Takes,
    Term,
)

Schema = dict[str, Any]
Translate = Callable[[str], str]

_TEXT: Schema = {"type": "string", "minLength": 1}
_TRUTH: Schema = {"type": "boolean"}
_VALUE: Schema = {"type": ["string", "number"]}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_CONDITION: Schema = {"$ref": "#/$defs/condition"}
_CONDITIONS: Schema = {"type": "array", "minItems": 1, "items": _CONDITION}
_FIELD_SCHEMAS: Mapping[str, Schema] = {
    "department": _TEXT,
    "priority": {"enum": list(PRIORITIES)},
    "flag": _TRUTH,
}


def rules_schema(translate: Translate = str) -> Schema:
    """The schema; `translate` turns the English sentences of hover texts into the reader's language."""
    department = {"anyOf": [_TEXT, _closed({"name": _TEXT}, ("name",))]}
    schemas: Mapping[str, Schema] = {
        "version": {"const": 1},
        "departments": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"},
            "additionalProperties": department,
        },
        "default": _closed(
            {name: _FIELD_SCHEMAS[name] for name in ("department", "priority")}, ("department", "priority")
        ),
        "define": {"type": "object", "additionalProperties": _CONDITION},
        "rules": {"type": "array", "items": _rule(translate)},
        "tests": {"type": "array", "items": _case(translate)},
    }
    required = ("version", "departments", "default", "rules")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Balcão rules.yaml",
        **_closed(_described(schemas, FILE_KEYS, translate), required),
        "$defs": {"condition": _condition(translate)},
    }


def _condition(translate: Translate) -> Schema:
    terms = {name: {**_term(term), "description": translate(term.meaning)} for name, term in CONDITIONS.items()}
    return {"anyOf": [{**_closed(terms), "minProperties": 1}, _CONDITIONS]}


def _term(term: Term) -> Schema:
    return _TAKEN[term.takes](term)


def _trait() -> Schema:
    duration = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{DURATION_PATTERN}$"}]}
    return {"anyOf": [*_one_or_many(_SCALAR)["anyOf"], _comparison(duration)]}


def _numbers(number: Schema) -> Schema:
    return {"anyOf": [number, _comparison(number)]}


def _choices(term: Term) -> Schema:
    choices = _one_or_many({"enum": list(term.choices)})
    return {"anyOf": [*choices["anyOf"], _TRUTH]} if "automated" in term.fields else choices


def _comparison(number: Schema) -> Schema:
    pair = {"type": "array", "minItems": 2, "maxItems": 2, "items": number}
    bounds = {name: pair if name == "between" else number for name in COMPARISONS}
    return {**_closed(_described(bounds, COMPARISONS, str)), "minProperties": 1}


def _rule(translate: Translate) -> Schema:
    schemas: Mapping[str, Schema] = {
        "name": {"type": "string", "minLength": 1, "maxLength": 80, "not": {"const": "default"}},
        "when": _CONDITION,
        "set": {**_closed(_described(_FIELD_SCHEMAS, FIELDS, translate)), "minProperties": 1},
        "tags": _one_or_many(_TEXT),
        "stop": _TRUTH,
    }
    does = [{"required": [name]} for name in ("set", "tags", "stop")]
    return {**_closed(_described(schemas, RULE_KEYS, translate), ("name", "when")), "anyOf": does}


def _case(translate: Translate) -> Schema:
    given = {**_closed(_described(_GIVEN, GIVEN_KEYS, translate)), "minProperties": 1}
    rule = {"anyOf": [_TEXT, _closed(dict.fromkeys(FIELDS, _TEXT))]}
    expected = {**_FIELD_SCHEMAS, "tags": _one_or_many(_TEXT), "rule": rule}
    expect = {**_closed(_described(expected, EXPECT_KEYS, translate)), "minProperties": 1}
    schemas = {"name": _TEXT, "given": given, "expect": expect, "expect_not": expect}
    asks = [{"required": [name]} for name in ("expect", "expect_not")]
    return {**_closed(_described(schemas, CASE_KEYS, translate), ("name", "given")), "anyOf": asks}


def _described(schemas: Mapping[str, Schema], meanings: Mapping[str, str], translate: Translate) -> dict[str, Schema]:
    return {name: {**schema, "description": translate(meanings[name])} for name, schema in schemas.items()}


def _closed(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _one_or_many(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


_WRITTEN: Schema = {"type": ["string", "number"]}
_GIVEN: Mapping[str, Schema] = {
    "channel": _WRITTEN,
    "medium": {"enum": [str(medium) for medium in Medium]},
    "subject": _WRITTEN,
    "text": _WRITTEN,
    "sender": _WRITTEN,
    "sender_name": _WRITTEN,
    "recipients": _one_or_many(_TEXT),
    "automated": {"enum": [str(kind) for kind in Automated]},
    "is_reply": _TRUTH,
    "attachments": {
        "type": "array",
        "items": {
            "anyOf": [
                _TEXT,
                _closed({"name": _WRITTEN, "type": _TEXT, "size": {"type": ["integer", "string"]}}, ("name",)),
            ]
        },
    },
    "traits": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
}

_TAKEN: Mapping[Takes, Callable[[Term], Schema]] = {
    Takes.WORDS: lambda _: _one_or_many(_VALUE),
    Takes.VALUES: lambda _: _one_or_many(_VALUE),
    Takes.TAGS: lambda _: _one_or_many(_TEXT),
    Takes.NAMES: lambda _: _one_or_many(_TEXT),
    Takes.CHOICES: _choices,
    Takes.NUMBERS: lambda _: _numbers({"type": "number"}),
    Takes.SIZES: lambda _: _numbers(
        {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{SIZE_PATTERN}$"}]}
    ),
    Takes.TRUTH: lambda _: _TRUTH,
    Takes.TRAITS: lambda _: {"type": "object", "minProperties": 1, "additionalProperties": _trait()},
    Takes.ONE: lambda _: _CONDITION,
    Takes.MANY: lambda _: _CONDITIONS,
}
