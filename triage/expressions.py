"""Which of many google-re2 expressions occur in a text, at a cost that hardly depends on their number.

    up to ALL_AT_ONCE        one Set: one pass for all
    more: with literals      Filter: the literals of all in one pass, then only the expressions that can match
          without any        Set: a Filter would have to try each of them, some 5 µs apiece

All three find the same (tests/triage/test_expressions.py); measured in docs/adr/0004-words-are-looked-up.md.

RE2 drops matches without a word when a set needs more memory than it has. Portions are therefore cut far below:
a Filter's literal matcher has a fixed 8 MB; a Set must hold at least some twenty states of four bytes for
every instruction of its program.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import re2

from triage.patterns import Expression, compiled, options

ALL_AT_ONCE = 30
"""With fewer expressions than that a Set is as fast as a Filter, whatever they are and whatever the text."""
_FILTER_CHARACTERS = 32_000
_SET_INSTRUCTIONS = 20_000
_SET_MEMORY = 32 << 20

Numbered = tuple[int, Expression]


class ExpressionMatcher:
    """Finds which numbered expressions occur in a text."""

    def __init__(self, expressions: Iterable[Numbered]) -> None:
        self._portions = [*_portions(list(expressions))]

    def match(self, folded: str) -> set[int]:
        found: set[int] = set()
        for portion in self._portions:
            found.update(portion.match(folded))
        return found


class FilterPortion:
    """Literals first, then only the expressions that can match."""

    def __init__(self, expressions: Sequence[Numbered]) -> None:
        self._numbers = [number for number, _ in expressions]
        self._filter = re2.Filter()
        for _, expression in expressions:
            self._filter.Add(expression.source, options())
        self._filter.Compile()

    def match(self, folded: str) -> Iterator[int]:
        return (self._numbers[index] for index in self._filter.Match(folded) or ())

    def always_tried(self) -> set[int]:
        """The numbers of those that no literal rules out."""
        return {self._numbers[index] for index in self._filter.Match("", potential=True) or ()}


class SetPortion:
    """All expressions in one pass."""

    def __init__(self, expressions: Sequence[Numbered]) -> None:
        self._numbers = [number for number, _ in expressions]
        chosen = options()
        chosen.max_mem = _SET_MEMORY
        self._set = re2.Set.SearchSet(chosen)
        for _, expression in expressions:
            self._set.Add(expression.source)
        self._set.Compile()

    def match(self, folded: str) -> Iterator[int]:
        return (self._numbers[index] for index in self._set.Match(folded) or ())


def _portions(expressions: list[Numbered]) -> Iterator[FilterPortion | SetPortion]:
    if len(expressions) <= ALL_AT_ONCE:
        yield from map(SetPortion, cut(expressions, program_size, _SET_INSTRUCTIONS))
        return
    filters = [FilterPortion(portion) for portion in cut(expressions, _length, _FILTER_CHARACTERS)]
    always = {number for portion in filters for number in portion.always_tried()}
    if len(always) <= 1:
        yield from filters
        return
    filtered = [each for each in expressions if each[0] not in always]
    yield from map(FilterPortion, cut(filtered, _length, _FILTER_CHARACTERS))
    tried = [each for each in expressions if each[0] in always]
    yield from map(SetPortion, cut(tried, program_size, _SET_INSTRUCTIONS))


def cut(expressions: Iterable[Numbered], size: Callable[[Expression], int], limit: int) -> Iterator[Sequence[Numbered]]:
    """Portions of at most `limit`; an expression that is larger by itself has one of its own."""
    portion: list[Numbered] = []
    held = 0
    for number, expression in expressions:
        needs = size(expression)
        if portion and held + needs > limit:
            yield portion
            portion, held = [], 0
        portion.append((number, expression))
        held += needs
    if portion:
        yield portion


def program_size(expression: Expression) -> int:
    """Instructions of the compiled program."""
    return int(compiled(expression.source).programsize)


def _length(expression: Expression) -> int:
    return len(expression.source)
