"""What may stand in a list of words or values, and how it is read.

    words      boleto · segunda via · cancel* · R$ · /erro \\d+/
    values     ana@exemplo.com · *@exemplo.com · /^no-?reply@/

A word matches where no letter or digit touches its own first or last letter or digit; a phrase also across
line breaks. `cancel*` also takes any ending. Between slashes stands a google-re2 expression on the folded
text, without case; RE2 has no expression that is slower than linear.
"""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2

from domain.document import ScalarValue
from domain.units import BadValue
from triage.broken import unreadable
from triage.folding import fold
from triage.plurals import numbers_of

MAX_WORD = 200
MAX_EXPRESSION = 1_000
MAX_EXPRESSION_MEMORY = 1 << 21
_SHORTEST_STEM = 3
_UNRELATED = "\x01"
MAX_FORMS = 64
_PLURAL = re.compile(r"((?:[^\W_]+[-/])?)([^\W\d_]+)~([^\w~*]*)")
_GROUPED = re.compile(r"((?:[a-z]*\$)?)([0-9]{1,3}(?:\.[0-9]{3})+)(,[0-9]+)?", re.ASCII)
_UNGROUPED = re.compile(r"((?:[a-z]*\$)?)([1-9][0-9]{3,11})(,[0-9]+)?", re.ASCII)
_CURRENCY_APART = re.compile(r"(\$) ([0-9])", re.ASCII)
_CURRENCY_TOGETHER = re.compile(r"(\$)([0-9])", re.ASCII)
_HAS_FORMS = re.compile(r"[^\W\d_]~|\$ ?[0-9]|[0-9]\.[0-9]{3}|[1-9][0-9]{3}")


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
    """The patterns that a word of the file stands for: `nota~ fiscal~` is four. Raises BadValue."""
    word = parse_word(value)
    if isinstance(word, Word) and word.text.endswith("~*"):
        raise BadValue("after a word stands ~ or *, not both")
    if isinstance(word, Expression) or not _HAS_FORMS.search(word.text):
        return (word,)
    forms = _spellings(word.text)
    if len(forms) > MAX_FORMS:
        raise BadValue("this word stands for more than %(limit)s forms; write the words apart", limit=MAX_FORMS)
    return tuple(Word(form, word.open_end) for form in forms)


def _spellings(text: str) -> tuple[str, ...]:
    """Every combination of the ways to write each of its words."""
    pieces = [_ways(piece) for piece in text.split(" ")]
    if math.prod(map(len, pieces)) > MAX_FORMS:
        raise BadValue("this word stands for more than %(limit)s forms; write the words apart", limit=MAX_FORMS)
    forms = {" ".join(chosen) for chosen in itertools.product(*pieces)}
    forms |= {_CURRENCY_APART.sub(r"\1\2", form) for form in forms} | {
        _CURRENCY_TOGETHER.sub(r"\1 \2", form) for form in forms
    }
    return tuple(sorted(forms))


def _ways(piece: str) -> Sequence[str]:
    """`nota~` in both numbers; `1.500` also without its points, `1500` also with them."""
    if plural := _PLURAL.fullmatch(piece):
        before, stem, after = plural.groups()
        return sorted(f"{before}{form}{after}" for form in numbers_of(stem))
    if grouped := _GROUPED.fullmatch(piece):
        return (piece, grouped[1] + grouped[2].replace(".", "") + (grouped[3] or ""))
    if plain := _UNGROUPED.fullmatch(piece):
        return (piece, plain[1] + f"{int(plain[2]):,}".replace(",", ".") + (plain[3] or ""))
    return (piece,)


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


@lru_cache(maxsize=2048)
def compiled(source: str) -> "re2._Regexp":
    """For the size of its program, and to find again what matched. Raises re2.error."""
    return re2.compile(source, options())


@lru_cache(maxsize=4096)
def _refuse_broken(source: str) -> None:
    try:
        found = compiled(source).search(_UNRELATED)
    except re2.error as error:
        raise unreadable(error) from None
    if found and found.start() == found.end():
        raise BadValue("this expression also matches nothing at all, so it would be true for every message")
