"""Gives every pattern of a rule file its number, each different pattern once, and makes the eyes of them all."""

from collections import defaultdict
from collections.abc import Mapping

from triage.contacts import Contacts
from triage.matching import ValueMatcher, WordMatcher
from triage.patterns import Exact, Expression, Word
from triage.sight import KEYED, VALUE_FIELDS, WORD_FIELDS, Eyes, Pattern


class Numbering:
    def __init__(self) -> None:
        self._numbers: dict[tuple[str, Pattern], int] = {}
        self._word_fields: set[str] = set()

    def word(self, fields: tuple[str, ...], pattern: Word | Expression) -> int:
        """Words are looked for in all word fields at once; conditions pick the field."""
        self._word_fields.update(fields)
        return self._number("", pattern)

    def value(self, field: str, pattern: Exact | Expression) -> int:
        return self._number(field, pattern)

    @property
    def numbers(self) -> Mapping[tuple[str, Pattern], int]:
        """The number of each pattern by the field it belongs to; '' for words."""
        return self._numbers

    def eyes(self, contacts: Contacts) -> Eyes:
        words: list[tuple[int, Word | Expression]] = []
        values: defaultdict[str, list[tuple[int, Exact | Expression]]] = defaultdict(list)
        for (field, pattern), number in self._numbers.items():
            if not field and not isinstance(pattern, Exact):
                words.append((number, pattern))
            elif not isinstance(pattern, Word):
                values[field].append((number, pattern))
        matchers = {field: ValueMatcher(patterns) for field, patterns in values.items()}
        return Eyes(
            patterns={number: pattern for (_, pattern), number in self._numbers.items()},
            words=WordMatcher(words),
            word_fields=tuple(name for name in WORD_FIELDS if name in self._word_fields),
            values={field: matcher for field, matcher in matchers.items() if field in VALUE_FIELDS},
            keyed={
                prefix: {
                    field.removeprefix(prefix): matcher
                    for field, matcher in matchers.items()
                    if field.startswith(prefix)
                }
                for prefix in KEYED
            },
            contacts=contacts,
        )

    def _number(self, field: str, pattern: Pattern) -> int:
        return self._numbers.setdefault((field, pattern), len(self._numbers))
