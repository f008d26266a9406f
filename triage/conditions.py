"""Conditions as compiled: a tree that is asked twice.

    holds(sight)      does it apply? For every candidate rule, so it only looks things up.
    evidence(sight)   what made it true? Only for rules that decided something.

Words of a list are OR, the parts of a mapping AND. What is true because something is absent (`not`) has no
evidence to show.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from triage.evidence import Seen, seen_patterns
from triage.sight import Sight, value_text

Number = int | float


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Condition", ...]

    def holds(self, sight: Sight) -> bool:
        for part in self.parts:  # noqa: SIM110 - a generator costs as much as what it asks
            if not part.holds(sight):
                return False
        return True

    def evidence(self, sight: Sight) -> Iterator[Seen]:
        for part in self.parts:
            yield from part.evidence(sight)


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Condition", ...]

    def holds(self, sight: Sight) -> bool:
        for part in self.parts:  # noqa: SIM110 - as above
            if part.holds(sight):
                return True
        return False

    def evidence(self, sight: Sight) -> Iterator[Seen]:
        for part in self.parts:
            if part.holds(sight):
                yield from part.evidence(sight)


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"

    def holds(self, sight: Sight) -> bool:
        return not self.part.holds(sight)

    def evidence(self, sight: Sight) -> Iterator[Seen]:  # noqa: ARG002 - nothing is there to show
        return iter(())


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the numbered patterns stands in one of the fields."""

    fields: tuple[str, ...]
    numbers: frozenset[int]

    def holds(self, sight: Sight) -> bool:
        return not self.numbers.isdisjoint(sight.matches_in(self.fields))

    def evidence(self, sight: Sight) -> Iterator[Seen]:
        for field in self.fields:
            yield from seen_patterns(field, sorted(self.numbers & sight.matches(field)))


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the numbers that `source` finds lies within the bounds. `field` tells traits and header fields apart,
    whose names are free."""

    name: str
    source: Callable[[Sight], Iterable[Number]]
    bounds: "Bounds"
    field: str = ""

    def holds(self, sight: Sight) -> bool:
        return any(self.bounds.hold(number) for number in self.source(sight))

    def evidence(self, sight: Sight) -> Iterator[Seen]:
        for number in self.source(sight):
            if self.bounds.hold(number):
                yield Seen(self.name, text=value_text(number))


@dataclass(frozen=True, slots=True)
class Truth:
    """A yes-or-no question is answered as wanted."""

    name: str
    source: Callable[[Sight], bool]
    wanted: bool

    def holds(self, sight: Sight) -> bool:
        return self.source(sight) is self.wanted

    def evidence(self, sight: Sight) -> Iterator[Seen]:  # noqa: ARG002 - the answer is known from holding
        yield Seen(self.name, text="true" if self.wanted else "false")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with few answers has one of the wanted ones. `calendar` names the one that is asked."""

    name: str
    source: Callable[[Sight], str]
    wanted: frozenset[str]
    calendar: str = ""

    def holds(self, sight: Sight) -> bool:
        return self.source(sight) in self.wanted

    def evidence(self, sight: Sight) -> Iterator[Seen]:
        yield Seen(self.name, text=self.source(sight))


@dataclass(frozen=True, slots=True)
class Tagged:
    """An earlier rule has set one of the tags."""

    tags: frozenset[str]

    def holds(self, sight: Sight) -> bool:
        return not self.tags.isdisjoint(sight.tags)

    def evidence(self, sight: Sight) -> Iterator[Seen]:
        for tag in sight.tags:
            if tag in self.tags:
                yield Seen("tag", text=tag)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Comparisons that a number must pass, all of them."""

    tests: tuple[tuple[Callable[[Number, Number], bool], Number], ...]

    def hold(self, number: Number) -> bool:
        return all(compare(number, bound) for compare, bound in self.tests)


Condition = AllOf | AnyOf | Not | Listed | Compared | Truth | Answer | Tagged
