"""Who seems to have sent a body, for fair shares alone (`domain.raw.RawInteraction.source`).

Nothing here is believed, and nothing may fail: a body that says it otherwise comes from nobody in particular, and its
address's and its channel's shares still count.
"""

from collections.abc import Callable, Mapping
from typing import Any

LONGEST = 200

Source = Callable[[Mapping[str, Any]], object]
"""Raises LookupError or TypeError where the body does not say."""


def nobody(_value: Mapping[str, Any]) -> None:
    """The body does not say."""


def at(*path: str | int) -> Source:
    """What lies at `path`: names and positions, one within the other."""

    def find(value: Mapping[str, Any]) -> object:
        found: Any = value
        for step in path:
            found = found[step]
        return found

    return find


contact_of = at("contact", "id")


def named(source_of: Source, value: Mapping[str, Any]) -> str:
    """As text; empty where there is none."""
    try:
        found = source_of(value)
    except (LookupError, TypeError):
        return ""
    return str(found)[:LONGEST] if isinstance(found, str | int) else ""
