"""What may stand in a list of words or values, and how it is read.

    words      boleto · segunda via · cancel* · R$ · /erro \\d+/
    values     ana@exemplo.com · *@exemplo.com · /^no-?reply@/

A word matches where no letter or digit touches its own first or last letter or digit; a phrase also across
line breaks. `cancel*` also takes any ending. Between slashes stands a google-re2 expression on the folded
text, without case; RE2 has no expression that is slower than linear.
"""

from dataclasses import dataclass
from functools import lru_cache

import re2

from domain.document import ScalarValue
from domain.units import BadValue
from triage.folding import fold

MAX_WORD = 200
MAX_EXPRESSION = 1_000
MAX_EXPRESSION_MEMORY = 1 << 21
_SHORTEST_STEM = 3
_UNRELATED = "\x01"


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word or phrase; `open_end` takes any ending."""

    text: str
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A google-re2 expression for folded text."""

    source: str


@dataclass(frozen=True, slots=True)
class Exact:
    """A folded value, compared whole."""

    text: str


def parse_word(value: ScalarValue) -> Word | Expression:
    """Raises BadValue."""
    text = _text_of(value)
    if expression := _between_slashes(text):
        return _expression(expression)
    folded = fold(text)
    _refuse_unusable(text, folded)
    stem = folded.removesuffix("*")
    if stem == folded or not stem[-1:].isalnum():
        return Word(folded)
    if len(stem) < _SHORTEST_STEM:
        raise BadValue('write at least %(count)s letters before the "*"', count=_SHORTEST_STEM)
    return Word(stem, open_end=True)


def parse_words(value: ScalarValue) -> tuple[Word | Expression, ...]:
    """The patterns a word of the file stands for. Raises BadValue."""
    return (parse_word(value),)


def parse_value(value: ScalarValue) -> Exact | Expression:
    """Raises BadValue."""
    text = _text_of(value)
    if expression := _between_slashes(text):
        return _expression(expression)
    folded = fold(text)
    _refuse_unusable(text, folded)
    if "*" not in folded:
        return Exact(folded)
    return _expression("^" + ".*".join(re2.escape(part) for part in folded.split("*")) + "$")


def options() -> re2.Options:
    """One expression never needs more than a little memory; when a DFA does, RE2 goes on without it."""
    chosen = re2.Options()
    chosen.case_sensitive = False
    chosen.never_capture = True
    chosen.log_errors = False
    chosen.max_mem = MAX_EXPRESSION_MEMORY
    return chosen


def _text_of(value: ScalarValue) -> str:
    if isinstance(value, bool) or value is None:
        raise BadValue("write this word in quotes; without them YAML reads it as %(value)s", value=_yaml(value))
    return str(value)


def _yaml(value: bool | None) -> str:  # noqa: FBT001 - a value of the file, not a switch
    return {True: "true", False: "false", None: "null"}[value]


def _between_slashes(text: str) -> str | None:
    return text[1:-1] if len(text) > 2 and text.startswith("/") and text.endswith("/") else None


def _refuse_unusable(text: str, folded: str) -> None:
    if not folded:
        raise BadValue("nothing is left of this word to look for")
    if len(text) > MAX_WORD:
        raise BadValue("this word has %(length)s characters; the limit is %(limit)s", length=len(text), limit=MAX_WORD)


def _expression(source: str) -> Expression:
    if len(source) > MAX_EXPRESSION:
        raise BadValue(
            "this expression has %(length)s characters; the limit is %(limit)s",
            length=len(source),
            limit=MAX_EXPRESSION,
        )
    folded = "".join(character if character.isascii() else fold(character) for character in source)
    _refuse_broken(folded)
    return Expression(folded)


@lru_cache(maxsize=4096)
def _refuse_broken(source: str) -> None:
    try:
        compiled = re2.compile(source, options())
    except re2.error as error:
        raise BadValue("this expression cannot be read: %(reason)s", reason=_reason(error)) from None
    found = compiled.search(_UNRELATED)
    if found and found.start() == found.end():
        raise BadValue("this expression also matches nothing at all, so it would be true for every message")


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else "?"
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
