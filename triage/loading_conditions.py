"""From what stands under `when` or `define` to a compiled condition.

    mapping ─▶ all of its parts          list of conditions ─▶ any of them
    name: value ─▶ by what the name takes (triage.vocabulary)
    is: name ─▶ the named condition, compiled once and shared

After a mistake a condition that never holds stands in, so that reading goes on.
"""

from collections.abc import Callable

from domain.alert import LABEL
from domain.document import Mapping, Node, Scalar, ScalarValue, Sequence
from domain.errors import Position
from domain.headers import KEPT
from domain.units import parse_duration, parse_size
from triage.bounds import read_bounds
from triage.calendars import Hours, weekday
from triage.conditions import AllOf, Answer, AnyOf, Compared, Condition, Listed, Not, Number, Tagged, Truth
from triage.keywords import HOURS_KEYS
from triage.loading_calendars import Almanac
from triage.loading_patterns import PatternReader
from triage.notes import Notes, near_miss
from triage.patterns import parse_value
from triage.sight import HEADER, KEYED, LABELS, TRAIT, Sight, value_text
from triage.vocabulary import CONDITIONS, FIXED_TRAITS, NUMBERS, TRUTHS, Takes, Term

MAX_SIZE = 5_000
"""Conditions inside one condition, named ones counted wherever they are used."""
MAX_CHAIN = 20
"""Named conditions that use one another in a chain."""

NEVER = AnyOf(())


class ConditionReader:
    """`named` holds what stands under `define`. `tags_asked` collects every tag that a condition asks for."""

    def __init__(self, notes: Notes, patterns: PatternReader, almanac: Almanac, named: dict[str, Node]) -> None:
        self.notes, self.patterns, self.almanac, self.named = notes, patterns, almanac, named
        self.tags_asked: list[tuple[Position, str]] = []
        self._known: dict[str, tuple[Condition, int, int]] = {}
        self._open: list[str] = []
        self._size = self._chain = 0
        self._readers: dict[Takes, Callable[[str, Term, Node], Condition]] = {
            Takes.WORDS: self._words,
            Takes.VALUES: self._values,
            Takes.CHOICES: self._choices,
            Takes.NUMBERS: self._numbers,
            Takes.SIZES: self._numbers,
            Takes.DURATIONS: self._numbers,
            Takes.TRUTH: self._truth,
            Takes.KEYED: self._keyed,
            Takes.HOURS: self._hours,
            Takes.WEEKDAYS: self._weekdays,
            Takes.TAGS: self._tags,
            Takes.NAMES: self._names,
            Takes.ONE: self._not,
            Takes.MANY: self._many,
        }

    def condition(self, node: Node) -> Condition:
        """The compiled condition. Notes it when it is too large."""
        before, self._size = self._size, 0
        read = self._condition(node)
        if self._size > MAX_SIZE:
            self.notes.note(node.position, "this condition holds more than %(limit)s conditions", limit=MAX_SIZE)
        self._size += before
        return read

    def define_all(self) -> None:
        """Read every named condition, also those that no rule uses."""
        for name, node in self.named.items():
            self._named(name, node.position)

    def _condition(self, node: Node) -> Condition:
        if isinstance(node, Sequence):
            return _one(AnyOf, [self._condition(item) for item in node.items]) if node.items else self._empty(node)
        entries = self.notes.mapping(node, CONDITIONS)
        if not entries:
            return self._empty(node) if isinstance(node, Mapping) and not node.entries else NEVER
        self._size += len(entries)
        return _one(AllOf, [self._term(name, value) for name, value in entries.items()])

    def _empty(self, node: Node) -> Condition:
        self.notes.note(node.position, "a condition is expected here; what holds for every message stands in `default`")
        return NEVER

    def _term(self, name: str, node: Node) -> Condition:
        term = CONDITIONS[name]
        return self._readers[term.takes](name, term, node)

    def _words(self, _name: str, term: Term, node: Node) -> Condition:
        return Listed(term.fields, self.patterns.words(term.fields, node))

    def _values(self, _name: str, term: Term, node: Node) -> Condition:
        return Listed(term.fields, self.patterns.values(term.fields[0], node))

    def _choices(self, name: str, term: Term, node: Node) -> Condition:
        if name == "automated" and isinstance(node, Scalar) and isinstance(node.value, bool):
            chosen = [choice for choice in term.choices if (choice != "none") is node.value]
        else:
            found = [self.notes.choice(item, term.choices) for item in self.notes.scalars(node)]
            chosen = [choice for choice in found if choice]
        numbering = self.patterns.numbering
        numbers = frozenset(numbering.value(term.fields[0], parse_value(choice)) for choice in chosen)
        return Listed(term.fields, numbers)

    def _truth(self, name: str, _term: Term, node: Node) -> Condition:
        wanted = self.notes.truth(node)
        return NEVER if wanted is None else Truth(name, TRUTHS[name], wanted)

    def _numbers(self, name: str, term: Term, node: Node) -> Condition:
        return Compared(name, NUMBERS[name], read_bounds(self.notes, node, _UNITS.get(term.takes)))

    def _keyed(self, _name: str, term: Term, node: Node) -> Condition:
        entries = self.notes.entries(node)
        if isinstance(node, Mapping) and not entries:
            return self._empty(node)
        self._size += len(entries)
        return _one(AllOf, [self._entry(term.fields[0], key, value) for key, value in entries])

    def _entry(self, prefix: str, key: Scalar, node: Node) -> Condition:
        name = str(key.value)
        if prefix == LABELS:
            prefix, name = TRAIT, LABEL + name
        if near := _near_trait(name):
            self.notes.note(key.position, "%(name)r is not known here; did you mean %(near)r?", name=name, near=near)
        if prefix == HEADER and name not in KEPT and (near := near_miss(name, KEPT)):
            self.notes.note(key.position, "%(name)r is not known here; did you mean %(near)r?", name=name, near=near)
        if isinstance(node, Mapping) and not any(key.value == "list" for key, _ in node.entries):
            bounds = read_bounds(self.notes, node, _seconds)
            return Compared(name, lambda sight: _entry_number(sight, prefix, name), bounds, prefix + name)
        return Listed((prefix + name,), self.patterns.values(prefix + name, node, _written))

    def _hours(self, name: str, _term: Term, node: Node) -> Condition:
        entries = self.notes.mapping(node, HOURS_KEYS, required=("is",))
        asked = self.notes.choice(entries["is"], tuple(Hours)) if "is" in entries else None
        calendar = self.almanac.calendar(entries.get("calendar"), node.position) if entries else None
        if calendar is None or asked is None:
            return NEVER
        wanted = {Hours.CLOSED, Hours.HOLIDAY} if asked == Hours.CLOSED else {asked}
        return Answer(name, lambda sight: calendar.state(sight.facts.moment).value, frozenset(wanted), calendar.name)

    def _weekdays(self, name: str, term: Term, node: Node) -> Condition:
        found = [self.notes.choice(item, term.choices) for item in self.notes.scalars(node)]
        zone = self.almanac.zone
        return Answer(name, lambda sight: weekday(sight.facts.moment, zone), frozenset(day for day in found if day))

    def _tags(self, _name: str, _term: Term, node: Node) -> Condition:
        tags = [(item.position, text) for item in self.notes.scalars(node) if (text := self.notes.text(item))]
        self.tags_asked += tags
        return Tagged(frozenset(tag for _, tag in tags))

    def _names(self, _name: str, _term: Term, node: Node) -> Condition:
        names = [(item, text) for item in self.notes.scalars(node) if (text := self.notes.text(item))]
        return _one(AnyOf, [self._named(name, item.position) for item, name in names])

    def _named(self, name: str, position: Position) -> Condition:
        if name not in self.named:
            self.notes.unknown(position, name, tuple(self.named))
            return NEVER
        if name in self._open:
            self.notes.note(position, "%(name)r uses itself: %(way)s", name=name, way=" → ".join([*self._open, name]))
            return NEVER
        if len(self._open) < MAX_CHAIN and name not in self._known:
            self._known[name] = self._define(name)
        read, size, chain = self._known.get(name, (NEVER, 0, MAX_CHAIN))
        self._size += size
        self._chain = max(self._chain, chain)
        if len(self._open) + chain > MAX_CHAIN:
            self.notes.note(
                position, "more than %(limit)s named conditions use one another in a chain", limit=MAX_CHAIN
            )
        return read

    def _define(self, name: str) -> tuple[Condition, int, int]:
        """The condition, its size, and the length of the longest chain it begins."""
        outer = self._size, self._chain
        self._size = self._chain = 0
        self._open.append(name)
        read = self.condition(self.named[name])
        self._open.pop()
        known = (read, self._size, self._chain + 1)
        self._size, self._chain = outer
        return known

    def _not(self, _name: str, _term: Term, node: Node) -> Condition:
        return Not(self._condition(node))

    def _many(self, name: str, _term: Term, node: Node) -> Condition:
        items = self.notes.items(node)
        if isinstance(node, Sequence) and not items:
            return self._empty(node)
        return _one(AllOf if name == "all" else AnyOf, [self._condition(item) for item in items])


def _one(kind: type[AllOf] | type[AnyOf], parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _near_trait(name: str) -> str | None:
    """What may have been meant by a name that looks like a fixed one and is none."""
    for stem, known in FIXED_TRAITS.items():
        if name.startswith(stem) and name not in known:
            near = near_miss(name[len(stem) :], tuple(one.removeprefix(stem) for one in known))
            return stem + near if near else None
    return None


def _written(value: ScalarValue) -> ScalarValue:
    return None if value is None else value_text(value)


def _seconds(value: ScalarValue) -> Number:
    return parse_duration(value).total_seconds()


def _entry_number(sight: Sight, prefix: str, name: str) -> tuple[Number, ...]:
    value = KEYED[prefix](sight.facts).get(name)
    return (value,) if isinstance(value, (int, float)) and not isinstance(value, bool) else ()


_UNITS: dict[Takes, Callable[[ScalarValue], Number]] = {Takes.SIZES: parse_size, Takes.DURATIONS: _seconds}
