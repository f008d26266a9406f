"""A rule set, ready to judge: compiled once per file, shared by everyone, never changed.

Which rules to ask at all is looked up: every rule names a handful of patterns of which at least one must
have matched before it can apply (its *guard*); rules without such a guard are asked every time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.errors import Position
from domain.facts import Facts
from domain.verdict import Match
from triage.calendars import Calendar
from triage.conditions import AllOf, AnyOf, Condition, Listed, Tagged
from triage.evidence import matches_of
from triage.sight import Eyes, Sight

DEFAULT = "default"
"""The rule name that verdicts show where no rule decided."""

FieldValue = str | bool
Guard = frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a customer may be asked; not when `unless` holds."""

    name: str
    text: str
    unless: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What a customer may be offered."""

    name: str
    text: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`fields` holds what it sets: department, priority, flag, assignee, acknowledgement, ticket. `adjust` holds the
    fields it moves by one step, each with raise or lower; `ask` and `suggest` name questions and solutions."""

    name: str
    position: Position
    when: Condition
    fields: Mapping[str, FieldValue]
    adjust: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    suggest: tuple[str, ...] = ()
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A captured message beside the rule file. `given` names the facts that the test itself tells."""

    file: str
    channel: str
    position: Position
    given: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test of the rule file: facts, and what is expected or not expected of the verdict.

    With a `payload`, `facts` holds only what the test itself tells; the rest is read when the test runs.
    """

    name: str
    position: Position
    facts: Facts
    expect: "Expectation"
    expect_not: "Expectation"
    payload: Payload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """`rules` maps a field to the rule that decides it (or `default`). `tags`, `ask` and `suggest` may be
    accompanied by others."""

    fields: Mapping[str, FieldValue]
    rules: Mapping[str, str]
    tags: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    suggest: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """`hash` names the text it was made of; `departments` maps slug to display name, in file order.

    `asking` holds what departments ask, each as a rule that always applies (`departments.SLUG`).
    `letters` says where the file chooses which letter; whether there is such a template is the caller's to check.
    """

    hash: str
    departments: Mapping[str, str]
    default: Mapping[str, FieldValue]
    rules: tuple[Rule, ...]
    tests: tuple[Case, ...]
    questions: Mapping[str, Question]
    solutions: Mapping[str, Solution]
    asking: Mapping[str, Rule]
    letters: tuple[tuple[Position, str], ...]
    zone: ZoneInfo
    eyes: Eyes
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def applying(self, sight: Sight) -> Iterator[Rule]:
        """The rules that apply, in file order, up to one that stops. Adds their tags to `sight`."""
        for index in self._index.candidates(sight):
            rule = self.rules[index]
            if rule.when.holds(sight):
                sight.tags.update(dict.fromkeys(rule.tags))
                yield rule
                if rule.stop:
                    return

    def asked_by(self, department: str) -> Iterator[Rule]:
        """What the department asks of everybody, if it does."""
        if department in self.asking:
            yield self.asking[department]

    def evidence(self, rule: Rule, sight: Sight) -> tuple[Match, ...]:
        return matches_of(rule.when.evidence(sight), sight, self.eyes.patterns)

    @cached_property
    def _index(self) -> "Index":
        return Index(self.rules)


class Index:
    """From patterns that matched to the rules worth asking."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._always: list[int] = []
        self._by_pattern: defaultdict[int, list[int]] = defaultdict(list)
        guards = Guards(rules)
        for index, rule in enumerate(rules):
            guard = guards.of_rule(rule)
            if guard is None:
                self._always.append(index)
            for number in guard or ():
                self._by_pattern[number].append(index)
        self._patterns = frozenset(self._by_pattern)

    def candidates(self, sight: Sight) -> list[int]:
        """Indexes of rules, in file order."""
        found = set(self._always)
        for numbers in sight.matched.values():
            for number in numbers & self._patterns:
                found.update(self._by_pattern[number])
        return sorted(found)


class Guards:
    """Finds, for each rule in file order, the patterns of which one must have matched.

    Of several possible guards the one is taken whose patterns the fewest rules mention. A condition on a
    tag is guarded by what guards the earlier rules that set the tag.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._mentioned: dict[int, frozenset[int]] = {}
        self._popularity = Counter(number for rule in rules for number in self._numbers(rule.when))
        self._guards: dict[int, Guard] = {}
        self._givers: dict[str, Guard] = {}

    def of_rule(self, rule: Rule) -> Guard:
        guard = self._of(rule.when)
        for tag in rule.tags:
            self._givers[tag] = _either([self._givers.get(tag, frozenset()), guard])
        return guard

    def _of(self, condition: Condition) -> Guard:
        match condition:
            case Listed():
                return condition.numbers
            case Tagged():
                return _either([self._givers.get(tag, frozenset()) for tag in condition.tags])
            case AllOf():
                known = [guard for part in condition.parts if (guard := self._of(part)) is not None]
                return min(known, key=self._cost, default=None)
            case AnyOf():
                return _either([self._of(part) for part in condition.parts])
            case _:
                return None

    def _cost(self, guard: frozenset[int]) -> int:
        return sum(self._popularity[number] for number in guard)

    def _numbers(self, condition: Condition) -> frozenset[int]:
        """All patterns in a condition; remembered, for named conditions are shared by many rules."""
        known = self._mentioned.get(id(condition))
        if known is None:
            match condition:
                case Listed():
                    known = condition.numbers
                case AllOf() | AnyOf():
                    known = frozenset().union(*map(self._numbers, condition.parts))
                case _:
                    known = frozenset()
            self._mentioned[id(condition)] = known
        return known


def _either(guards: list[Guard]) -> Guard:
    known = [guard for guard in guards if guard is not None]
    return frozenset().union(*known) if len(known) == len(guards) else None
