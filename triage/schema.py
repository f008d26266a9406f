"""The rule file as JSON Schema (2020-12), for completion and hover texts in editors.

It says what the loader says, as far as a schema can: names that must exist elsewhere in the file
(departments, named conditions, rules) and the inside of patterns are the loader's to check.
A file that another one includes is held to the same schema, except that nothing is required of it
but to say so: it begins with its rules and has no `default`.
"""

from collections.abc import Mapping

from domain.interaction import Automated, Medium
from domain.units import DURATION_PATTERN
from triage.calendars import WEEKDAYS
from triage.keywords import (
    ADJUSTED,
    CALENDAR_KEYS,
    CASE_KEYS,
    CHANGES,
    CONTACT_KEYS,
    DEPARTMENT_KEYS,
    EXPECT_KEYS,
    FIELDS,
    FILE_KEYS,
    GIVEN_KEYS,
    HOLIDAY_KEYS,
    MAIN_ONLY,
    PRIORITIES,
    QUESTION_KEYS,
    RULE_KEYS,
    SOLUTION_KEYS,
)
from triage.loading_proposals import MAX_TEXT
from triage.loading_rules import DOES, MAX_NAME
from triage.schema_conditions import CONDITION, condition_schema
from triage.schema_pieces import (
    NAME,
    TEXT,
    TRUTH,
    WRITTEN,
    Schema,
    Translate,
    closed,
    described,
    named,
    one_or_many,
    some_of,
)

__all__ = ["Schema", "rules_schema"]

_SLUG = "^[a-z0-9][a-z0-9_-]{0,39}$"
_DAYS = "|".join(WEEKDAYS)
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_SPANS = rf"^closed$|^{_CLOCK}-({_CLOCK}|24:00)([ ,]+{_CLOCK}-({_CLOCK}|24:00))*$"
_SHORT: Schema = {**TEXT, "maxLength": MAX_NAME}
_SAID: Schema = {**TEXT, "maxLength": MAX_TEXT}
_HOURS = one_or_many({"type": "string", "pattern": _SPANS})
_FIELD_SCHEMAS: Mapping[str, Schema] = {
    "department": TEXT,
    "priority": {"enum": list(PRIORITIES)},
    "flag": TRUTH,
    "assignee": _SHORT,
    "acknowledgement": {"type": "string", "pattern": _SLUG},
    "ticket": TRUTH,
}


def rules_schema(translate: Translate = str) -> Schema:
    """The schema; `translate` turns the English sentences of hover texts into the reader's language."""
    parts = described({"name": TEXT, "ask": one_or_many(TEXT)}, DEPARTMENT_KEYS, translate)
    department = {"anyOf": [TEXT, closed(parts, ("name",))]}
    schemas: Mapping[str, Schema] = {
        "version": {"const": 1},
        "include": one_or_many(TEXT),
        "departments": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _SLUG},
            "additionalProperties": department,
        },
        "default": _default(translate),
        "timezone": {**TEXT, "examples": ["America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "UTC"]},
        "calendars": named(_calendar(translate)),
        "contacts": {"anyOf": [TEXT, _contacts(translate)]},
        "lists": named(one_or_many(WRITTEN)),
        "questions": named(_question(translate)),
        "solutions": named(_solution(translate)),
        "define": named(CONDITION),
        "rules": {"type": "array", "items": _rule(translate)},
        "tests": {"type": "array", "items": _case(translate)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Balcão rules.yaml",
        **closed(described(schemas, FILE_KEYS, translate)),
        "anyOf": [_main_file(), _included_file()],
        "$defs": {"condition": condition_schema(translate)},
    }


def _main_file() -> Schema:
    """What includes other files may leave the rules and departments to them."""
    shared = ["version", "default"]
    return {"anyOf": [{"required": [*shared, "departments", "rules"]}, {"required": [*shared, "include"]}]}


def _included_file() -> Schema:
    sections = [key for key in FILE_KEYS if key not in {"version", *MAIN_ONLY}]
    return {
        "not": {"anyOf": [{"required": [key]} for key in (*MAIN_ONLY, "version")]},
        "anyOf": [{"required": [key]} for key in sections],
    }


def _default(translate: Translate) -> Schema:
    required = ("department", "priority")
    return closed(described({name: _FIELD_SCHEMAS[name] for name in required}, FIELDS, translate), required)


def _calendar(translate: Translate) -> Schema:
    week = {"pattern": f"^({_DAYS})(-({_DAYS}))?$"}
    days = {"pattern": r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"}
    holidays: Mapping[str, Schema] = {"country": TEXT, "state": TEXT, "optional": one_or_many(TEXT)}
    schemas: Mapping[str, Schema] = {
        "timezone": TEXT,
        "hours": {"type": "object", "propertyNames": week, "additionalProperties": _HOURS},
        "holidays": closed(described(holidays, HOLIDAY_KEYS, translate)),
        "days": {"type": "object", "propertyNames": days, "additionalProperties": _HOURS},
    }
    return closed(described(schemas, CALENDAR_KEYS, translate), ("hours",))


def _contacts(translate: Translate) -> Schema:
    contact = some_of(described(dict.fromkeys(CONTACT_KEYS, _SHORT), CONTACT_KEYS, translate))
    return {"type": "object", "additionalProperties": contact}


def _question(translate: Translate) -> Schema:
    schemas: Mapping[str, Schema] = {"text": _SAID, "unless": CONDITION}
    return {"anyOf": [_SAID, closed(described(schemas, QUESTION_KEYS, translate), ("text",))]}


def _solution(translate: Translate) -> Schema:
    schemas: Mapping[str, Schema] = {
        "text": _SAID,
        "link": {"type": "string", "pattern": r"^https?://\S+$", "maxLength": MAX_TEXT},
    }
    return {"anyOf": [_SAID, closed(described(schemas, SOLUTION_KEYS, translate), ("text",))]}


def _rule(translate: Translate) -> Schema:
    schemas: Mapping[str, Schema] = {
        "name": {**NAME, "not": {"const": "default"}},
        "when": CONDITION,
        "set": some_of(described(_FIELD_SCHEMAS, FIELDS, translate)),
        "adjust": some_of(described({"priority": {"enum": list(CHANGES)}}, ADJUSTED, translate)),
        "tags": one_or_many(_SHORT),
        "ask": one_or_many(TEXT),
        "suggest": one_or_many(TEXT),
        "stop": TRUTH,
    }
    does = [{"required": [name]} for name in DOES]
    return {**closed(described(schemas, RULE_KEYS, translate), ("name", "when")), "anyOf": does}


def _case(translate: Translate) -> Schema:
    rule = {"anyOf": [TEXT, closed(dict.fromkeys(FIELDS, TEXT))]}
    names = dict.fromkeys(("tags", "ask", "suggest"), one_or_many(TEXT))
    expect = some_of(described({**_FIELD_SCHEMAS, **names, "rule": rule}, EXPECT_KEYS, translate))
    schemas = {
        "name": TEXT,
        "given": some_of(described(_GIVEN, GIVEN_KEYS, translate)),
        "expect": expect,
        "expect_not": expect,
    }
    asks = [{"required": [name]} for name in ("expect", "expect_not")]
    return {**closed(described(schemas, CASE_KEYS, translate), ("name", "given")), "anyOf": asks}


_GIVEN: Mapping[str, Schema] = {
    "channel": WRITTEN,
    "medium": {"enum": [str(medium) for medium in Medium]},
    "subject": WRITTEN,
    "text": WRITTEN,
    "sender": WRITTEN,
    "sender_name": WRITTEN,
    "recipients": one_or_many(TEXT),
    "automated": {"enum": [str(kind) for kind in Automated]},
    "is_reply": TRUTH,
    "attachments": {
        "type": "array",
        "items": {
            "anyOf": [
                TEXT,
                closed({"name": WRITTEN, "type": TEXT, "size": {"type": ["integer", "string"]}}, ("name",)),
            ]
        },
    },
    "traits": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    "headers": {"type": "object", "additionalProperties": WRITTEN},
    "at": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"},
    "conversation_age": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{DURATION_PATTERN}$"}]},
    "message_count": {"type": "integer"},
    "contact_class": WRITTEN,
    "contact_plan": WRITTEN,
}
