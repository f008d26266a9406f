"""A text that a pattern matches: what a customer may have written.

Expressions are read with the parser of Python's `re`; what RE2 takes and `re` does not has no sample. Repetitions
are written out as seldom as they may be, so that no expression becomes a long text.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from re import _parser  # type: ignore[attr-defined]  # the standard library's parser has no public name
from typing import Any

from triage.patterns import Expression
from triage.sight import Pattern

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 -_.,/"
_LONGEST = 500
_CATEGORIES = {
    "CATEGORY_DIGIT": "5012346789",
    "CATEGORY_NOT_DIGIT": "abc xyz",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "abc5xyz",
    "CATEGORY_WORD": "abc5xyz",
    "CATEGORY_NOT_WORD": " -./",
}


def spelled(pattern: Pattern, random: Random) -> str | None:
    """One text that `pattern` matches, or None where none is known."""
    if not isinstance(pattern, Expression):
        return pattern.text
    try:
        text = "".join(_Speller(random).of(_parser.parse(pattern.source)))
    except (re.error, KeyError, RecursionError, OverflowError):
        return None
    return text[:_LONGEST]


class _Speller:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._kinds: Mapping[str, Callable[[Any], str]] = {
            "LITERAL": chr,
            "NOT_LITERAL": lambda code: self._other_than({chr(code)}),
            "ANY": lambda _nothing: "x",
            "AT": lambda _where: "",
            "IN": self._in,
            "BRANCH": lambda branch: self.of(self._random.choice(branch[1])),
            "SUBPATTERN": lambda group: self.of(group[-1]),
            "MAX_REPEAT": lambda repeat: self._repeated(*repeat),
            "MIN_REPEAT": lambda repeat: self._repeated(*repeat),
        }

    def of(self, parsed: Any) -> str:
        return "".join(self._kinds[str(kind)](value) for kind, value in parsed)

    def _repeated(self, least: int, most: int, parsed: Any) -> str:
        times = least + (1 if most > least and self._random.random() < 0.3 else 0)
        return "".join(self.of(parsed) for _ in range(min(times, _LONGEST)))[:_LONGEST]

    def _in(self, members: Any) -> str:
        kinds = [(str(kind), value) for kind, value in members]
        if kinds and kinds[0][0] == "NEGATE":
            return self._other_than({each for one in kinds[1:] for each in _members(*one)})
        return self._random.choice([each for one in kinds for each in _members(*one)])

    def _other_than(self, refused: set[str]) -> str:
        return self._random.choice([each for each in _ALPHABET if each not in refused] or [" "])


def _members(kind: str, value: Any) -> str:
    if kind == "RANGE":
        return "".join(map(chr, range(value[0], min(value[1], value[0] + 100) + 1)))
    return chr(value) if kind == "LITERAL" else _CATEGORIES[str(value)]
