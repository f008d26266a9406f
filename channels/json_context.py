"""What the calling system knows about the moment (page, plan, order …) as flat traits that rules may match.

{"order": {"id": 7, "items": ["a", "b"]}}   ──▶   context.order.id = 7, context.order.items = "a, b"
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from channels.cleaning import clean_line
from channels.json_text import as_written
from domain.interaction import TraitValue

MOST_TRAITS = 64
LONGEST_VALUE = 500
DEEPEST = 5
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.-]+")
_SCALARS = (str, int, float, bool, type(None))


def context_traits(context: Mapping[str, Any]) -> dict[str, TraitValue]:
    """The first MOST_TRAITS leaves, in the order they were written."""
    traits: dict[str, TraitValue] = {}
    for key, value in _leaves("context", context, DEEPEST):
        if len(traits) >= MOST_TRAITS:
            break
        traits[key] = value
    return traits


def _leaves(prefix: str, value: Any, depth: int) -> Iterator[tuple[str, TraitValue]]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from _leaves(f"{prefix}.{_NOT_IN_KEYS.sub('_', key[:60])}", inner, depth - 1)
    else:
        yield prefix, _trait(value)


def _trait(value: Any) -> TraitValue:
    if isinstance(value, str):
        return clean_line(value, LONGEST_VALUE)
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return clean_line(", ".join(str(item) for item in value[:100]), LONGEST_VALUE)
    return clean_line(as_written(value), LONGEST_VALUE)
