"""All patterns of all rules against one text in one pass, at a cost that hardly depends on their number.

    folded text ─▶ its words ∩ words that patterns hang on ─▶ few candidates ─▶ compared in full
                └▶ expressions: google-re2, all in one or two passes (triage.expressions)

Words are looked up, not searched for: a DFA over 10,000 words costs 10 µs on texts it has seen and 158 ms on
2 kB of words it has not (docs/adr/0004-words-are-looked-up.md). A pattern of several words hangs on the one
that the fewest other patterns hold.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from triage.expressions import ExpressionMatcher
from triage.folding import fold, words_of
from triage.patterns import Exact, Expression, Word

_IN_NUMBERS = frozenset(".,")
_REMEMBERED = 1_000


class WordMatcher:
    """Finds which numbered words, phrases and expressions occur in a text."""

    def __init__(self, patterns: Sequence[tuple[int, Word | Expression]]) -> None:
        words = [(number, pattern) for number, pattern in patterns if isinstance(pattern, Word)]
        expressions = [(number, pattern) for number, pattern in patterns if isinstance(pattern, Expression)]
        self._expressions = ExpressionMatcher(expressions)
        self._has_expressions = bool(expressions)
        self._single: dict[str, int] = {}
        self._by_word: defaultdict[str, list[tuple[int, Word]]] = defaultdict(list)
        self._by_stem: defaultdict[int, defaultdict[str, list[tuple[int, Word]]]]
        self._by_stem = defaultdict(lambda: defaultdict(list))
        self._by_symbol: defaultdict[str, list[tuple[int, Word]]] = defaultdict(list)
        self._hang_up(words)
        self._known = frozenset(self._single) | frozenset(self._by_word)
        self._shortest = min(self._by_stem, default=0)
        self._heads = frozenset(stem[: self._shortest] for stems in self._by_stem.values() for stem in stems)

    def match(self, folded: str) -> set[int]:
        """The numbers of all patterns that occur in `folded`."""
        found = self._expressions.match(folded) if self._has_expressions else set()
        words = words_of(folded)
        for known in self._known.intersection(words):
            if known in self._single:
                found.add(self._single[known])
            if known in self._by_word:
                found.update(_verified(self._by_word[known], folded))
        if self._heads:
            found.update(self._stems(folded, words))
        for symbol, patterns in self._by_symbol.items():
            if symbol in folded:
                found.update(_verified(patterns, folded))
        return found

    def _stems(self, folded: str, words: Iterable[str]) -> Iterator[int]:
        """Of the words that begin like any stem, those that begin with one."""
        likely = {word for word in set(words) if word[: self._shortest] in self._heads}
        for length, stems in self._by_stem.items():
            for stem in {word[:length] for word in likely} & stems.keys():
                yield from _verified(stems[stem], folded)

    def _hang_up(self, words: Sequence[tuple[int, Word]]) -> None:
        """Hang each pattern on one part of it that a text must hold."""
        parts = [_parts(word) for _, word in words]
        popularity = Counter(part for whole, _ in parts for part in whole)
        for (number, word), (whole, stem) in zip(words, parts, strict=True):
            if whole == {word.text} and not stem and not (word.text[0].isdigit() or word.text[-1].isdigit()):
                self._single[word.text] = number
            elif whole:
                self._by_word[min(whole, key=lambda part: (popularity[part], -len(part)))].append((number, word))
            elif stem:
                self._by_stem[len(stem)][stem].append((number, word))
            else:
                self._by_symbol[word.text.replace(" ", "")[0]].append((number, word))


class ValueMatcher:
    """Finds which numbered values and expressions a field shows. Values are compared folded and whole."""

    def __init__(self, patterns: Sequence[tuple[int, Exact | Expression]]) -> None:
        self._exact = {pattern.text: number for number, pattern in patterns if isinstance(pattern, Exact)}
        expressions = [(number, pattern) for number, pattern in patterns if isinstance(pattern, Expression)]
        self._expressions = ExpressionMatcher(expressions) if expressions else None
        self.match = lru_cache(maxsize=_REMEMBERED)(self._match)
        """The numbers of all patterns that `value` fits. Most values are few: channels, media, types of files."""

    def _match(self, value: str) -> AbstractSet[int]:
        folded = fold(value)
        found = self._expressions.match(folded) if self._expressions else set()
        number = self._exact.get(folded)
        if number is not None:
            found.add(number)
        return found


def find_word(folded: str, word: Word) -> int:
    """Where `word` first stands in `folded` with no letter or digit touching its own; -1 if nowhere.

    A number does not stand inside a longer one either: 500 is not in 1.500,00.
    """
    text = word.text
    guard_left = text[0].isalnum()
    guard_right = text[-1].isalnum() and not word.open_end
    start = folded.find(text)
    while start >= 0:
        end = start + len(text)
        left, right = folded[max(start - 2, 0) : start][::-1], folded[end : end + 2]
        if not (guard_left and _goes_on(text[0], left)) and not (guard_right and _goes_on(text[-1], right)):
            return start
        start = folded.find(text, start + 1)
    return -1


def _goes_on(own: str, beside: str) -> bool:
    """Whether a word whose outermost character is `own` goes on in the two characters beside it, nearest first."""
    return beside[:1].isalnum() or (own.isdigit() and beside[:1] in _IN_NUMBERS and beside[1:].isdigit())


def _verified(candidates: Iterable[tuple[int, Word]], folded: str) -> Iterator[int]:
    return (number for number, word in candidates if find_word(folded, word) >= 0)


def _parts(word: Word) -> tuple[set[str], str]:
    """The whole words a text with this pattern must hold, and the stem of its open last word ('' if none)."""
    stem = _last_run(word.text) if word.open_end else ""
    return set(words_of(word.text.removesuffix(stem))), stem


def _last_run(text: str) -> str:
    start = len(text)
    while start and text[start - 1].isalnum():
        start -= 1
    return text[start:]
