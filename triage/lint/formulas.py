"""Conditions as logic: what may be true of a message, without looking at one.

Every(parts)      all are true;  Every(()) is always true
Some(parts)       one is true;   Some(()) is never true
Opposite(part)    it is not true
Atom(key)         a plain question about a message: does this pattern stand in this field?
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Atom:
    key: Hashable


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    part: "Formula"


Formula = Atom | Every | Some | Opposite
TRUE, FALSE = Every(()), Some(())


def every(parts: Iterable[Formula]) -> Formula:
    listed = tuple(parts)
    return listed[0] if len(listed) == 1 else Every(listed)


def some(parts: Iterable[Formula]) -> Formula:
    listed = tuple(parts)
    return listed[0] if len(listed) == 1 else Some(listed)


def value_of(formula: Formula, answer: Callable[[Hashable], bool | None]) -> bool | None:
    """True, false, or None where it hangs on atoms that `answer` does not know (Kleene's logic)."""
    match formula:
        case Atom(key):
            return answer(key)
        case Every(parts):
            return _first_against(parts, answer, against=False)
        case Some(parts):
            return _first_against(parts, answer, against=True)
        case Opposite(part):
            value = value_of(part, answer)
            return None if value is None else not value


def _first_against(
    parts: tuple[Formula, ...], answer: Callable[[Hashable], bool | None], *, against: bool
) -> bool | None:
    """`against` if one part is; unknown if one is unknown; else its opposite."""
    known = True
    for part in parts:
        value = value_of(part, answer)
        if value is against:
            return against
        known = known and value is not None
    return not against if known else None
