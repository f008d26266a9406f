"""The customer's own words that made a condition true, found again for the rules that decided.

Matching only tells which patterns occur. Where and in which spelling is worked out afterwards, for the few
patterns of the few rules that decided something.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from domain.verdict import Match
from triage.folding import as_written, fold, without_markup
from triage.matching import find_word
from triage.patterns import Expression, Word, compiled
from triage.sight import TRAIT, WORD_FIELDS, Pattern, Sight, values_of

MAX_WORDS = 6
MAX_LENGTH = 80


class Seen(NamedTuple):
    """A condition was true in `where`: by a numbered pattern, or by `text` that is already known."""

    where: str
    number: int | None = None
    text: str = ""


def seen_patterns(where: str, numbers: Iterable[int]) -> Iterator[Seen]:
    return (Seen(where, number=number) for number in numbers)


def matches_of(seen: Iterable[Seen], sight: Sight, patterns: Mapping[int, Pattern]) -> tuple[Match, ...]:
    """What to show: by field, each word once, the first MAX_WORDS, cut to MAX_LENGTH characters."""
    by_field: dict[str, dict[str, None]] = {}
    for item in seen:
        words = by_field.setdefault(item.where, {})
        if len(words) < MAX_WORDS and (shown := _shown(item, sight, patterns)[:MAX_LENGTH]):
            words[shown] = None
    return tuple(
        Match(where=where.removeprefix(TRAIT), words=tuple(words)) for where, words in by_field.items() if words
    )


def _shown(item: Seen, sight: Sight, patterns: Mapping[int, Pattern]) -> str:
    if item.number is None:
        return item.text
    shown = sight.shown.get((item.where, item.number))
    if shown is None:
        find = _words_in_text if item.where in WORD_FIELDS else _value
        shown = sight.shown[item.where, item.number] = find(item.where, patterns[item.number], sight)
    return shown


def _words_in_text(where: str, pattern: Pattern, sight: Sight) -> str:
    """As the customer wrote them; without their markup where that stood between them."""
    folded = sight.folded[where]
    if (span := _span(folded, pattern)) is not None:
        return as_written(WORD_FIELDS[where](sight.facts), folded, *span)
    plain = without_markup(folded)
    span = _span(plain, pattern)
    return plain[slice(*span)] if span else ""


def _span(folded: str, pattern: Pattern) -> tuple[int, int] | None:
    if isinstance(pattern, Expression):
        found = compiled(pattern.source).search(folded)
        return (found.start(), found.end()) if found else None
    start = find_word(folded, pattern if isinstance(pattern, Word) else Word(pattern.text))
    if start < 0:
        return None
    end = start + len(pattern.text)
    while isinstance(pattern, Word) and pattern.open_end and folded[end : end + 1].isalnum():
        end += 1
    return start, end


def _value(where: str, pattern: Pattern, sight: Sight) -> str:
    values = values_of(where, sight.facts)
    return next((value for value in values if _fits(pattern, fold(value))), "")


def _fits(pattern: Pattern, folded: str) -> bool:
    if isinstance(pattern, Expression):
        return compiled(pattern.source).search(folded) is not None
    return pattern.text == folded
