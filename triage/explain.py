"""Why the verdict is what it is: data for `rules explain`, in words a table or JSON can show.

fields       each field's value, the rule that decided it with its place in the file, the words seen
runners_up   rules that apply too and would have decided, had the one above them not
adjusted     rules that moved the priority by one step, each with its runners-up
tags …       every tag, question and solution with the rule that gave it
left_out     questions that are not asked, for the customer has said it already
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import Position
from domain.facts import Facts
from domain.verdict import Match, Verdict
from triage.engine import PRIORITY, verdict_of
from triage.evidence import matches_of
from triage.rules import FieldValue, Rule, RuleSet
from triage.sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    value: FieldValue
    rule: str
    position: Position
    matched: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`position` is None where the default decided. `decided` is what the rule said, before other rules moved it."""

    value: FieldValue
    rule: str
    position: Position | None
    matched: tuple[Match, ...]
    runners_up: tuple[RunnerUp, ...] = ()
    decided: FieldValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`applied` names every rule that applies, in file order; `stopped_by` the one that ended, if any."""

    ruleset: str
    fields: Mapping[str, Reason]
    adjusted: tuple[Reason, ...]
    tags: tuple[Reason, ...]
    questions: tuple[Reason, ...]
    solutions: tuple[Reason, ...]
    left_out: tuple[Reason, ...]
    applied: tuple[str, ...]
    stopped_by: str | None


def explain(ruleset: RuleSet, facts: Facts) -> Explanation:
    sight = ruleset.eyes.look(facts)
    applying = list(ruleset.applying(sight))
    verdict = verdict_of(ruleset, sight, applying)
    teller = _Teller(ruleset, sight, [*applying, *ruleset.asked_by(verdict.department)])
    return Explanation(
        ruleset=verdict.ruleset,
        fields={name: teller.field(verdict, name) for name in verdict.fields},
        adjusted=tuple(teller.change(one.change, one.rule) for one in verdict.adjusted),
        tags=tuple(teller.given(str(tag.value), tag.rule) for tag in verdict.tags),
        questions=tuple(teller.given(question.name, question.rule) for question in verdict.questions),
        solutions=tuple(teller.given(solution.name, solution.rule) for solution in verdict.solutions),
        left_out=tuple(teller.left_out()),
        applied=tuple(rule.name for rule in applying),
        stopped_by=applying[-1].name if applying and applying[-1].stop else None,
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    ruleset: RuleSet
    sight: Sight
    applying: list[Rule]

    def field(self, verdict: Verdict, name: str) -> Reason:
        decision = verdict.fields[name]
        moved = name == PRIORITY and bool(verdict.adjusted)
        rule = self._rule(decision.rule)
        before = self.ruleset.default.get(name) if rule is None else rule.fields[name]
        return Reason(
            value=decision.value,
            rule=decision.rule,
            position=rule.position if rule else None,
            matched=decision.matched,
            runners_up=self._others(decision.rule, lambda one: one.fields.get(name)),
            decided=before if moved else None,
        )

    def change(self, change: str, name: str) -> Reason:
        others = self._others(name, lambda one: change if one.adjust.get(PRIORITY) == change else None)
        return self._reason(change, name, others)

    def given(self, value: str, name: str) -> Reason:
        return self._reason(value, name)

    def left_out(self) -> list[Reason]:
        """`matched` are the words in which the customer has said it."""
        found: dict[str, Reason] = {}
        for rule in self.applying:
            for name in rule.ask:
                unless = self.ruleset.questions[name].unless
                if unless is not None and unless.holds(self.sight):
                    said = matches_of(unless.evidence(self.sight), self.sight, self.ruleset.eyes.patterns)
                    reason = Reason(value=name, rule=rule.name, position=rule.position, matched=said)
                    found.setdefault(name, reason)
        return list(found.values())

    def _reason(self, value: str, name: str, others: tuple[RunnerUp, ...] = ()) -> Reason:
        rule = self._rule(name)
        assert rule is not None
        matched = self.ruleset.evidence(rule, self.sight)
        return Reason(value=value, rule=name, position=rule.position, matched=matched, runners_up=others)

    def _others(self, decider: str, value_of: Callable[[Rule], FieldValue | None]) -> tuple[RunnerUp, ...]:
        """The other rules that would have said something here."""
        return tuple(
            RunnerUp(
                value=value,
                rule=rule.name,
                position=rule.position,
                matched=self.ruleset.evidence(rule, self.sight),
            )
            for rule in self.applying
            if rule.name != decider and (value := value_of(rule)) is not None
        )

    def _rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.applying if rule.name == name), None)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """JSON-ready; `fields` holds what a ticket's verdict holds (value, rule, matched), and more."""
    listed = ("adjusted", "tags", "questions", "solutions", "left_out")
    return {
        "ruleset": explanation.ruleset,
        "fields": {name: _reason_json(reason) for name, reason in explanation.fields.items()},
        **{name: [_reason_json(reason) for reason in getattr(explanation, name)] for name in listed},
        "applied": list(explanation.applied),
        "stopped_by": explanation.stopped_by,
    }


def position_json(position: Position | None) -> dict[str, Any] | None:
    return {"file": position.file, "line": position.line, "column": position.column} if position else None


def matched_json(matched: tuple[Match, ...]) -> list[dict[str, Any]]:
    return [{"where": match.where, "words": list(match.words)} for match in matched]


def _reason_json(reason: Reason) -> dict[str, Any]:
    shown = {} if reason.decided is None else {"decided": reason.decided}
    return {
        **_said_json(reason),
        **shown,
        "runners_up": [_said_json(other) for other in reason.runners_up],
    }


def _said_json(said: Reason | RunnerUp) -> dict[str, Any]:
    return {
        "value": said.value,
        "rule": said.rule,
        "position": position_json(said.position),
        "matched": matched_json(said.matched),
    }
