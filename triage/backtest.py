"""What other rules would have made of past tickets, counted.

    Past ──▶ judge with the candidate ──▶ compared with the verdict of that day ──▶ Tally      tallies add up

The comparison is with what the rules said then, not with where the ticket is now: a person's correction is counted
apart, as evidence for or against a change.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.past import Past
from domain.verdict import Decision, Match, Proposal, Verdict
from triage.engine import judge
from triage.keywords import USUALLY
from triage.rules import DEFAULT, RuleSet
from triage.sight import value_text

Move = tuple[str, str | None, str | None]
"""Field, value before, value after; None is nothing."""

TAGS, QUESTIONS, SOLUTIONS = "tags", "questions", "solutions"
_NOTHING = Decision(value=False, rule=DEFAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One ticket that makes a move, to be read by a person."""

    ticket: int
    subject: str
    rule_before: str
    rule_after: str
    words_before: tuple[Match, ...]
    words_after: tuple[Match, ...]


@dataclass(slots=True, kw_only=True)
class Tally:
    """`rules_*` count by (rule, field). `fixed`: the candidate says what a person corrected the ticket to; `missed`: it
    repeats the mistake; `otherwise`: it says a third thing. `unmatched`: no rule decides anything any more."""

    samples_kept: int = 3
    judged: int = 0
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    moves: Counter[Move] = field(default_factory=Counter)
    rules_before: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules_after: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules_gained: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules_lost: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmatched: list[int] = field(default_factory=list)
    matched: int = 0
    fixed: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    otherwise: Counter[str] = field(default_factory=Counter)
    samples: defaultdict[Move, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    @property
    def share(self) -> float:
        """Of all tickets, those that change in anything; 0 to 1."""
        return self.changed / self.judged if self.judged else 0.0

    def add(self, past: Past, after: Verdict) -> None:
        before = past.verdict
        self.judged += 1
        moves = [*_field_moves(before, after), *_given_moves(before, after)]
        self.changed += bool(moves)
        self.fields.update({move[0] for move, _, _ in moves})
        for move, was, becomes in moves:
            self.moves[move] += 1
            self._keep(move, _sample(past, was, becomes))
        self._count_rules(before, after)
        self._count_corrections(past, after)
        if _decided(before) and not _decided(after):
            self.unmatched.append(past.number)
        self.matched += _decided(after) and not _decided(before)

    def merge(self, other: "Tally") -> None:
        for name in ("judged", "changed", "matched"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        self.unmatched += other.unmatched
        for move, samples in other.samples.items():
            for sample in samples:
                self._keep(move, sample)

    def _keep(self, move: Move, sample: Sample) -> None:
        """The newest ones."""
        kept = self.samples[move]
        kept.append(sample)
        kept.sort(key=lambda one: -one.ticket)
        del kept[self.samples_kept :]

    def _count_rules(self, before: Verdict, after: Verdict) -> None:
        was, becomes = set(_deciders(before)), set(_deciders(after))
        self.rules_before.update(was)
        self.rules_after.update(becomes)
        self.rules_gained.update(becomes - was)
        self.rules_lost.update(was - becomes)

    def _count_corrections(self, past: Past, after: Verdict) -> None:
        for name, right in past.corrected.items():
            said = _value(after, name)
            if said == right:
                self.fixed[name] += 1
            elif said == _value(past.verdict, name):
                self.missed[name] += 1
            else:
                self.otherwise[name] += 1


COUNTERS = ("fields", "moves", "rules_before", "rules_after", "rules_gained", "rules_lost", "fixed", "missed",
            "otherwise")  # fmt: skip


def try_rules(ruleset: RuleSet, past: Past) -> Verdict:
    """What the candidate would have said."""
    return judge(ruleset, past.facts)


def _field_moves(before: Verdict, after: Verdict) -> Iterator[tuple[Move, Decision, Decision]]:
    for name in dict.fromkeys((*before.fields, *after.fields)):
        was, becomes = _value(before, name), _value(after, name)
        if was != becomes:
            yield (name, was, becomes), before.fields.get(name, _NOTHING), after.fields.get(name, _NOTHING)


def _given_moves(before: Verdict, after: Verdict) -> Iterator[tuple[Move, Decision, Decision]]:
    """Of tags, questions and solutions: those that go and those that come."""
    had, has = _given(before), _given(after)
    for (what, name), decision in had.items():
        if (what, name) not in has:
            yield (what, name, None), decision, _NOTHING
    for (what, name), decision in has.items():
        if (what, name) not in had:
            yield (what, None, name), _NOTHING, decision


def _given(verdict: Verdict) -> dict[tuple[str, str], Decision]:
    return {
        **{(TAGS, str(tag.value)): tag for tag in verdict.tags},
        **{(QUESTIONS, one.name): _proposed(one) for one in verdict.questions},
        **{(SOLUTIONS, one.name): _proposed(one) for one in verdict.solutions},
    }


def _proposed(proposal: Proposal) -> Decision:
    return Decision(value=proposal.name, rule=proposal.rule, matched=proposal.matched)


def _value(verdict: Verdict, name: str) -> str | None:
    """What is decided as it usually is counts as undecided: no flag, a ticket."""
    decision = verdict.fields.get(name)
    usual = USUALLY.get(name, False)
    return None if decision is None or decision.value is usual else value_text(decision.value)


def _deciders(verdict: Verdict) -> Iterator[tuple[str, str]]:
    for name, decision in verdict.fields.items():
        yield decision.rule, name
    for (what, _), given in _given(verdict).items():
        yield given.rule, what


def _decided(verdict: Verdict) -> bool:
    return bool(_given(verdict)) or any(decision.rule != DEFAULT for decision in verdict.fields.values())


def _sample(past: Past, was: Decision, becomes: Decision) -> Sample:
    return Sample(
        ticket=past.number,
        subject=past.facts.subject,
        rule_before=was.rule,
        rule_after=becomes.rule,
        words_before=was.matched,
        words_after=becomes.matched,
    )
