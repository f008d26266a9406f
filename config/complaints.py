"""Pydantic's error types in the words of someone who has to mend a settings file.

A line of the table: error type -> msgid. `%(key)s` is the setting's dotted name; the other fields are
pydantic's own context values of that type. The value itself is never shown: it may be a secret.
"""

from collections.abc import Mapping
from typing import Any

from domain.errors import N_

_TEXT = N_('"%(key)s" must be text; put it in quotes')
_WHOLE = N_('"%(key)s" must be a whole number')
_NUMBER = N_('"%(key)s" must be a number')
_LIST = N_('"%(key)s" must be a list')
_BLOCK = N_('"%(key)s" must be a block of "name: value" lines')
_CHOICE = N_('"%(key)s" must be one of %(expected)s')

_WORDS: Mapping[str, str] = {
    "missing": N_('"%(key)s" is missing here'),
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "path_type": _TEXT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": N_('"%(key)s" must be true or false'),
    "bool_parsing": N_('"%(key)s" must be true or false'),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "dict_type": _BLOCK,
    "mapping_type": _BLOCK,
    "model_type": _BLOCK,
    "model_attributes_type": _BLOCK,
    "dataclass_type": _BLOCK,
    "none_required": N_('"%(key)s" must be empty (null)'),
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "greater_than": N_('"%(key)s" must be greater than %(gt)s'),
    "greater_than_equal": N_('"%(key)s" must be at least %(ge)s'),
    "less_than": N_('"%(key)s" must be less than %(lt)s'),
    "less_than_equal": N_('"%(key)s" must be at most %(le)s'),
    "multiple_of": N_('"%(key)s" must be a multiple of %(multiple_of)s'),
    "string_too_short": N_('"%(key)s" must have at least %(min_length)s characters'),
    "string_too_long": N_('"%(key)s" must have at most %(max_length)s characters'),
    "string_pattern_mismatch": N_('"%(key)s" does not have the form %(pattern)s'),
    "too_short": N_('"%(key)s" must have at least %(min_length)s entries'),
    "too_long": N_('"%(key)s" must have at most %(max_length)s entries'),
    "union_tag_not_found": N_('"%(key)s" lacks %(discriminator)s'),
    "union_tag_invalid": N_('"%(key)s": %(discriminator)s must be one of %(expected_tags)s'),
}


def complaint(error: Mapping[str, Any], key: str) -> tuple[str, dict[str, object]]:
    """The msgid and values for one entry of `ValidationError.errors()`; `extra_forbidden` is the caller's."""
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["input"] is None:
        return N_('"%(key)s" has no value; write one, or leave the line out'), {"key": key}
    if words := _WORDS.get(error["type"]):
        return words, {"key": key, **_used(words, context)}
    if (cause := context.get("error")) is not None:
        return _raised(cause, key)
    return '"%(key)s": %(problem)s', {"key": key, "problem": error["msg"]}


def _used(words: str, context: Mapping[str, Any]) -> dict[str, object]:
    return {name: str(value).replace("'", '"') for name, value in context.items() if f"%({name})s" in words}


def _raised(cause: Exception, key: str) -> tuple[str, dict[str, object]]:
    """A validator's own ValueError; domain.units.BadValue brings its msgid, which is kept whole for the catalogue."""
    text = getattr(cause, "text", None)
    if text is None:
        return '"%(key)s": %(problem)s', {"key": key, "problem": str(cause)}
    values: Mapping[str, object] = getattr(cause, "values", {})
    return text, dict(values)
