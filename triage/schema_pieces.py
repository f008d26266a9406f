"""Small pieces of JSON Schema that the rule file's schema is made of."""

from collections.abc import Callable, Mapping
from typing import Any

Schema = dict[str, Any]
Translate = Callable[[str], str]

TEXT: Schema = {"type": "string", "pattern": r"\S"}
TRUTH: Schema = {"type": "boolean"}
WRITTEN: Schema = {"type": ["string", "number"]}
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
NAME: Schema = {"type": "string", "pattern": r"^[^\W_][\w .:/-]{0,79}$"}


def described(schemas: Mapping[str, Schema], meanings: Mapping[str, str], translate: Translate) -> dict[str, Schema]:
    """`schemas` with the sentence about each as hover text."""
    return {name: {**schema, "description": translate(meanings[name])} for name, schema in schemas.items()}


def closed(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def some_of(properties: Mapping[str, Schema]) -> Schema:
    """At least one of them."""
    return {**closed(properties), "minProperties": 1}


def one_or_many(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


def named(item: Schema) -> Schema:
    """Entries with names of their own."""
    return {"type": "object", "propertyNames": NAME, "additionalProperties": item}
