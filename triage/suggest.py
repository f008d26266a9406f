"""Which words would have decided as people did: proposals for rules, never more than proposals.

    past tickets ─▶ labels: what people made of them; what a rule decided and nobody changed
                 └▶ phrases that several senders of the tickets to gain use
                      ─▶ how much likelier the phrase is in tickets of the label than elsewhere (z)
                      ─▶ the best, each for tickets of its own ─▶ `weigh`: what the rule itself, among the present
                        ones, gets right and wrong

A weighted log-odds ratio with an informative Dirichlet prior: a phrase is in a ticket or not, the prior is its share
of all tickets, so that a rare phrase must show much before it counts (Monroe, Colaresi and Quinn 2008).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from domain.past import CORRECTABLE, Past
from domain.verdict import Verdict
from triage.engine import judge
from triage.keywords import PRIORITIES
from triage.phrases import Runs, among, frequent, runs_of
from triage.rules import DEFAULT, RuleSet

LEAST_Z = 1.96
LEAST_PRECISION = 0.8
PRIOR = 10.0
"""Tickets that the prior weighs as much as."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A past ticket, and what the present rules make of it."""

    past: Past
    now: Verdict

    @cached_property
    def runs(self) -> Runs:
        return runs_of(self.past.facts)

    @property
    def sender(self) -> str:
        return self.past.facts.sender

    def label(self, name: str) -> str | None:
        """What the ticket is known to be: what people made of it, else what a rule said then, or says now.

        None where no rule decides the department and nobody has moved it.
        """
        if name in self.past.corrected:
            return self.past.corrected[name]
        decided = (self.past.verdict.fields.get(name), self.now.fields[name])
        return next((str(one.value) for one in decided if one and (one.rule != DEFAULT or name != "department")), None)

    def gains(self, name: str, value: str) -> bool:
        """Whether it belongs to `value` and the present rules do not say so."""
        return self.label(name) == value != self.value(name)

    def value(self, name: str) -> str:
        return str(self.now.fields[name].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A rule for `phrase` that sets `field` to `value`, above the present rule `above` (None: below all).

    Of the tickets `holding` the phrase, by number: `fixed` are those that it would have put where people put them,
    and the present rules do not; `open` those that no rule decides and nobody moved, which it would move; `kept` how
    many it decides rightly like the present rules; `wrong` those that it would have decided otherwise than people.
    """

    field: str
    value: str
    phrase: str
    z: float
    above: str | None
    holding: tuple[int, ...]
    fixed: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    kept: int = 0
    wrong: tuple[int, ...] = ()

    @property
    def precision(self) -> float | None:
        """None where nothing is known of any ticket."""
        right = len(self.fixed) + self.kept
        return right / (right + len(self.wrong)) if right or self.wrong else None

    @property
    def is_good(self) -> bool:
        return (self.precision is None or self.precision >= LEAST_PRECISION) and bool(self.fixed or self.open)


def suggest(tickets: Sequence[Seen], ruleset: RuleSet, *, support: int) -> Iterator[Suggestion]:
    """Best first, not weighed yet. Every `value` is one that the rules know."""
    order = {rule.name: place for place, rule in enumerate(ruleset.rules)}
    values = {"department": tuple(ruleset.departments), "priority": PRIORITIES}
    found = [one for name in CORRECTABLE for one in _Search(tickets, order, name, support).suggestions(values[name])]
    yield from sorted(
        found, key=lambda one: (-len(one.fixed), -len(one.open), -one.z, one.field, one.value, one.phrase)
    )


def weigh(suggestion: Suggestion, rule: str, ruleset: RuleSet, tickets: Mapping[int, Seen]) -> Suggestion:
    """With what `rule` decides in `ruleset`, which is the present one with the suggestion in it."""
    name = suggestion.field
    right: list[int] = []
    wrong: list[int] = []
    undecided: list[int] = []
    kept = 0
    for number in suggestion.holding:
        seen = tickets[number]
        decision = judge(ruleset, seen.past.facts).fields[name]
        if decision.rule != rule:
            continue
        label = seen.label(name)
        if label is None:
            undecided += [number] * (seen.value(name) != decision.value)
        elif label != decision.value:
            wrong.append(number)
        elif seen.value(name) == label:
            kept += 1
        else:
            right.append(number)
    return replace(suggestion, fixed=tuple(right), open=tuple(undecided), kept=kept, wrong=tuple(wrong))


def senders(numbers: Iterable[int], tickets: Mapping[int, Seen]) -> int:
    return len({tickets[number].sender for number in numbers})


class _Search:
    """For one field. `order` is the place of each present rule."""

    def __init__(self, tickets: Sequence[Seen], order: Mapping[str, int], name: str, support: int) -> None:
        self._tickets, self._order, self._name, self._support = tickets, order, name, support
        self._rules = list(order)
        self._labels = [one.label(name) for one in tickets]
        self._totals = Counter(self._labels)

    def suggestions(self, values: Sequence[str]) -> Iterator[Suggestion]:
        undecided = self._frequent(one for one in self._tickets if one.label(self._name) is None)
        candidates = {value: self._candidates(value, undecided) for value in values}
        holders = self._holders(set().union(*candidates.values()))
        for value in values:
            yield from self._chosen(value, candidates[value], holders)

    def _candidates(self, value: str, undecided: set[str]) -> set[str]:
        """Phrases that enough senders use in tickets to gain, or in those that nobody decided and in those known to
        belong there."""
        gained = self._frequent(one for one in self._tickets if one.gains(self._name, value))
        if not undecided:
            return gained
        known = self._frequent(one for one, label in zip(self._tickets, self._labels, strict=True) if label == value)
        return gained | (known & undecided)

    def _frequent(self, tickets: Iterable[Seen]) -> set[str]:
        return frequent(((one.sender, one.runs) for one in tickets), self._support)

    def _holders(self, wanted: set[str]) -> dict[str, list[int]]:
        """Phrase → the indexes of tickets that hold it."""
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for index, ticket in enumerate(self._tickets):
            for phrase in among(ticket.runs, wanted):
                holders[phrase].append(index)
        return holders

    def _chosen(self, value: str, candidates: set[str], holders: Mapping[str, list[int]]) -> Iterator[Suggestion]:
        """The best one, then the best for what that one does not reach, …"""
        weighed = [(phrase, self._z(value, holders[phrase])) for phrase in sorted(candidates)]
        made = [self._suggestion(value, phrase, z, holders[phrase]) for phrase, z in weighed if z >= LEAST_Z]
        good = [one for one in made if one.is_good]
        good.sort(key=lambda one: (len(one.wrong) - len(one.fixed), -len(one.open), -one.z, one.phrase))
        tickets = by_number(self._tickets)
        reached: set[int] = set()
        for one in good:
            gains = {*one.fixed, *one.open} - reached
            if senders(gains, tickets) >= self._support:
                reached |= gains
                yield one

    def _z(self, value: str, holding: list[int]) -> float:
        """How many standard deviations the log-odds of the phrase in tickets of the label lie above all others', those
        of which nothing is known included."""
        here = sum(self._labels[index] == value for index in holding)
        of_here = self._totals[value]
        elsewhere, of_elsewhere = len(holding) - here, len(self._labels) - of_here
        prior = PRIOR * len(holding) / (len(self._labels) + 1)  # never all of it
        return log_odds(here, of_here, elsewhere, of_elsewhere, prior)

    def _suggestion(self, value: str, phrase: str, z: float, holding: list[int]) -> Suggestion:
        """Above the first rule that decides what is to be gained, so that what earlier rules decide stays theirs."""
        tickets = [self._tickets[index] for index in holding]
        fixed = [one for one in tickets if one.gains(self._name, value)]
        undecided = [one for one in tickets if one.label(self._name) is None and one.value(self._name) != value]
        above = min(map(self._place, fixed or undecided), default=len(self._order))
        touched = [one for one in tickets if self._place(one) >= above and one.label(self._name) is not None]
        right = [one for one in touched if one.label(self._name) == value]
        return Suggestion(
            field=self._name,
            value=value,
            phrase=phrase,
            z=round(z, 2),
            above=self._rules[above] if above < len(self._rules) else None,
            holding=tuple(one.past.number for one in tickets),
            fixed=tuple(one.past.number for one in fixed),
            open=tuple(one.past.number for one in undecided),
            kept=len(right) - len(fixed),
            wrong=tuple(one.past.number for one in touched if one.label(self._name) != value),
        )

    def _place(self, ticket: Seen) -> int:
        """Of the rule that decides; the default comes last."""
        return self._order.get(ticket.now.fields[self._name].rule, len(self._order))


def by_number(tickets: Iterable[Seen]) -> dict[int, Seen]:
    return {one.past.number: one for one in tickets}


def log_odds(here: int, of_here: int, elsewhere: int, of_elsewhere: int, prior: float) -> float:
    """`prior`: the phrase's share of all tickets, in tickets of PRIOR."""

    def logit(count: int, total: int) -> float:
        return math.log((count + prior) / (total + PRIOR - count - prior))

    spread = math.sqrt(1 / (here + prior) + 1 / (elsewhere + prior))
    return (logit(here, of_here) - logit(elsewhere, of_elsewhere)) / spread
