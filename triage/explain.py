"""Why the verdict is what it is: data for `rules explain`, in words a table or JSON can show.

fields       each field's value, the rule that decided it with its place in the file, the words seen
runners_up   rules that apply too and would have set the field, had the one above them not
tags         every tag with the rule that gave it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import Position
from domain.facts import Facts
from domain.verdict import Decision, Match
from triage.engine import verdict_of
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
    """`position` is None where the default decided."""

    value: FieldValue
    rule: str
    position: Position | None
    matched: tuple[Match, ...]
    runners_up: tuple[RunnerUp, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`applied` names every rule that applies, in file order; `stopped_by` the one that ended, if any."""

    ruleset: str
    fields: Mapping[str, Reason]
    tags: tuple[Reason, ...]
    applied: tuple[str, ...]
    stopped_by: str | None


def explain(ruleset: RuleSet, facts: Facts) -> Explanation:
    sight = ruleset.eyes.look(facts)
    applying = list(ruleset.applying(sight))
    verdict = verdict_of(ruleset, sight, applying)
    places = {rule.name: rule.position for rule in applying}
    return Explanation(
        ruleset=verdict.ruleset,
        fields={
            name: _reason(decision, places, _runners_up(ruleset, sight, applying, name, decision.rule))
            for name, decision in verdict.fields.items()
        },
        tags=tuple(_reason(decision, places, ()) for decision in verdict.tags),
        applied=tuple(rule.name for rule in applying),
        stopped_by=applying[-1].name if applying and applying[-1].stop else None,
    )


def as_json(explanation: Explanation) -> dict[str, Any]:
    """JSON-ready; `fields` holds what a ticket's verdict holds (value, rule, matched), and more."""
    return {
        "ruleset": explanation.ruleset,
        "fields": {name: _reason_json(reason) for name, reason in explanation.fields.items()},
        "tags": [_reason_json(reason) for reason in explanation.tags],
        "applied": list(explanation.applied),
        "stopped_by": explanation.stopped_by,
    }


def _reason(decision: Decision, places: Mapping[str, Position], runners_up: tuple[RunnerUp, ...]) -> Reason:
    return Reason(
        value=decision.value,
        rule=decision.rule,
        position=places.get(decision.rule),
        matched=decision.matched,
        runners_up=runners_up,
    )


def _runners_up(ruleset: RuleSet, sight: Sight, applying: list[Rule], field: str, decider: str) -> tuple[RunnerUp, ...]:
    return tuple(
        RunnerUp(
            value=rule.fields[field],
            rule=rule.name,
            position=rule.position,
            matched=ruleset.evidence(rule, sight),
        )
        for rule in applying
        if field in rule.fields and rule.name != decider
    )


def _reason_json(reason: Reason) -> dict[str, Any]:
    return {
        "value": reason.value,
        "rule": reason.rule,
        "position": _position_json(reason.position),
        "matched": _matched_json(reason.matched),
        "runners_up": [
            {
                "value": other.value,
                "rule": other.rule,
                "position": _position_json(other.position),
                "matched": _matched_json(other.matched),
            }
            for other in reason.runners_up
        ],
    }


def _position_json(position: Position | None) -> dict[str, Any] | None:
    return {"file": position.file, "line": position.line, "column": position.column} if position else None


def _matched_json(matched: tuple[Match, ...]) -> list[dict[str, Any]]:
    return [{"where": match.where, "words": list(match.words)} for match in matched]
