"""What a compiled condition means, as logic over plain questions about a message.

    Listed    words or values stand in a field        ─▶ one atom for each pattern and field
    Compared  a number lies within bounds             ─▶ `at least 5`, `more than 5`, `is there at all`
    Answer    a question with few answers             ─▶ one atom for each answer
    Truth     a yes-or-no question                    ─▶ one atom
    Tagged    a rule further up gave a tag            ─▶ what makes one of those rules apply

Anything that is not understood further is an atom of its own, so that more seems possible than is. What is
impossible all the same is impossible.
"""

import operator
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import NamedTuple

from triage.conditions import AllOf, Answer, AnyOf, Bounds, Compared, Condition, Listed, Not, Number, Tagged, Truth
from triage.lint.formulas import FALSE, Atom, Formula, Opposite, every, some


class Has(NamedTuple):
    """The numbered pattern stands in the field."""

    field: str
    number: int


class Reaches(NamedTuple):
    """A source of one number has one of at least `least`, or of more than that."""

    source: str
    least: Number
    more: bool


class Known(NamedTuple):
    """A source that may be silent has a number."""

    source: str


class Within(NamedTuple):
    """One of the numbers of a source that may have several lies here."""

    source: str
    span: "Span"


class Answered(NamedTuple):
    question: str
    answer: str


class Yes(NamedTuple):
    question: str


class Span(NamedTuple):
    """From `least` to `most`; `above` and `below` leave the ends out."""

    least: Number = -inf
    above: bool = False
    most: Number = inf
    below: bool = False

    @property
    def empty(self) -> bool:
        return self.least > self.most or (self.least == self.most and (self.above or self.below))

    def holds(self, other: "Span") -> bool:
        """Whether all of `other` lies within."""
        return (self.least, self.above) <= (other.least, other.above) and (other.most, not other.below) <= (
            self.most,
            not self.below,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What numbers a source can have."""

    least: Number = -inf
    most: Number = inf
    whole: bool = False
    many: bool = False
    always: bool = True


SCALES = {
    "attachment_count": Scale(least=0, whole=True),
    "attachment_size": Scale(least=0, whole=True, many=True, always=False),
    "capitals": Scale(least=0, most=100),
    "exclamations": Scale(least=0, whole=True),
    "conversation_age": Scale(least=0),
    "message_count": Scale(least=1, whole=True),
}
"""By the name of the condition; anything else (traits, header fields) has any number, or none."""

UNKNOWN_SCALE = Scale(always=False)


@dataclass(slots=True)
class Meaning:
    """Turns conditions into logic, rule by rule in file order: tags mean what the rules so far make of them."""

    _known: dict[int, Formula] = field(default_factory=dict)
    _givers: defaultdict[str, list[Formula]] = field(default_factory=lambda: defaultdict(list))
    _tags_met: int = 0

    def of_rule(self, condition: Condition, tags: Iterable[str]) -> Formula:
        """What makes a rule apply. From now on its tags mean this too."""
        formula = self.of(condition)
        for tag in tags:
            self._givers[tag].append(formula)
        return formula

    def of(self, condition: Condition) -> Formula:
        """Shared conditions become shared formulas, unless a tag inside them may mean something else by now."""
        found = self._known.get(id(condition))
        if found is None:
            before = self._tags_met
            found = self._read(condition)
            if self._tags_met == before:
                self._known[id(condition)] = found
        return found

    def _read(self, condition: Condition) -> Formula:  # noqa: PLR0911 - one line for each kind of condition
        match condition:
            case AllOf(parts):
                return every(map(self.of, parts))
            case AnyOf(parts):
                return some(map(self.of, parts))
            case Not(part):
                return Opposite(self.of(part))
            case Listed(fields, numbers):
                return some(Atom(Has(name, number)) for number in sorted(numbers) for name in fields)
            case Compared():
                return _within(*_scale_of(condition), span_of(condition.bounds))
            case Truth(name, _source, wanted):
                return Atom(Yes(name)) if wanted else Opposite(Atom(Yes(name)))
            case Answer():
                question = f"{condition.name} {condition.calendar}".strip()
                return some(Atom(Answered(question, answer)) for answer in sorted(condition.wanted))
            case Tagged(tags):
                self._tags_met += 1
                return some(formula for tag in sorted(tags) for formula in self._givers.get(tag, ()))


def _scale_of(compared: Compared) -> tuple[str, Scale]:
    """Traits and header fields have names of their own choice, so their field tells them apart."""
    if compared.field:
        return compared.field, UNKNOWN_SCALE
    return compared.name, SCALES.get(compared.name, UNKNOWN_SCALE)


def span_of(bounds: Bounds) -> Span:
    """Where a number must lie to pass all comparisons."""
    span = Span()
    for compare, bound in bounds.tests:
        if compare in (operator.ge, operator.gt, operator.eq):
            above = compare is operator.gt
            least, leaves = max((span.least, span.above), (bound, above))
            span = span._replace(least=least, above=leaves)
        if compare in (operator.le, operator.lt, operator.eq):
            closed = compare is not operator.lt
            most, keeps = min((span.most, not span.below), (bound, closed))
            span = span._replace(most=most, below=not keeps)
    return span


def _within(source: str, scale: Scale, span: Span) -> Formula:
    span = _fitted(span, scale)
    if span.empty:
        return FALSE
    if scale.many:
        return Atom(Within(source, span))
    known = () if scale.always else (Atom(Known(source)),)
    return every([*known, *_ends(source, scale, span)])


def _ends(source: str, scale: Scale, span: Span) -> Iterable[Formula]:
    if (span.least, span.above) > (scale.least, False) and span.least > -inf:
        yield Atom(Reaches(source, span.least, span.above))
    if (span.most, not span.below) < (scale.most, True) and span.most < inf:
        beyond = (span.most + 1, False) if scale.whole else (span.most, not span.below)
        yield Opposite(Atom(Reaches(source, *beyond)))


def _fitted(span: Span, scale: Scale) -> Span:
    """The same numbers, as far as there are such; of whole numbers both ends are the first and the last."""
    if scale.whole and span.least > -inf:
        span = span._replace(least=floor(span.least) + 1 if span.above else ceil(span.least), above=False)
    if scale.whole and span.most < inf:
        span = span._replace(most=ceil(span.most) - 1 if span.below else floor(span.most), below=False)
    if (scale.least, False) > (span.least, span.above):
        span = span._replace(least=scale.least, above=False)
    if (scale.most, True) < (span.most, not span.below):
        span = span._replace(most=scale.most, below=False)
    return span
