"""Why a rule did not apply, or did and decided nothing: the first condition that failed, with what it saw.

Refusal    one part that is not as wanted; `inner` says why, down to what the message holds
    all    the first part that fails          any    every part, for all failed
    not    the part that holds, and by which words
    is     the named condition
    …      what stands in the message where the condition looked
"""

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from domain.errors import Position
from domain.facts import Facts
from domain.verdict import Match
from triage.evidence import matches_of
from triage.explain import matched_json, position_json
from triage.looking import saw, written
from triage.outline import Outline, Part
from triage.rules import Rule, RuleSet
from triage.sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`saw` is what stands where the condition looked. `holds`: it is true where it must not be, by words `held`."""

    condition: str
    written: str
    position: Position
    saw: tuple[Match, ...] = ()
    holds: bool = False
    held: tuple[Match, ...] = ()
    inner: tuple["Refusal", ...] = ()

    @property
    def first(self) -> "Refusal":
        """The condition at the bottom: the first one that failed."""
        return self.inner[0].first if self.inner else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Beaten:
    """A field that the rule would set, and the rule above that decided it."""

    field: str
    value: str
    rule: str
    position: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """`refusal` is None when the conditions hold. `stopped_by` is a rule above that ended the reading."""

    rule: Rule
    refusal: Refusal | None
    stopped_by: Rule | None
    decided: tuple[str, ...]
    beaten: tuple[Beaten, ...]
    matched: tuple[Match, ...]

    @property
    def applies(self) -> bool:
        return self.refusal is None and self.stopped_by is None


def why_not(ruleset: RuleSet, outline: Outline, rule: Rule, facts: Facts) -> WhyNot:
    sight = ruleset.eyes.look(facts)
    applying = list(ruleset.applying(sight))
    above = list(takewhile(lambda one: one is not rule, _in_order(ruleset, applying, rule)))
    seen = outline.eyes.look(facts)
    seen.tags.update(dict.fromkeys(tag for one in above for tag in one.tags))
    refusal = refusal_of(outline.rules[rule.name], seen, outline)
    stopped = above[-1] if above and above[-1].stop else None
    fields = rule.fields if refusal is None and stopped is None else {}
    takers = {field: next((one for one in above if field in one.fields), None) for field in fields}
    return WhyNot(
        rule=rule,
        refusal=refusal,
        stopped_by=stopped,
        decided=tuple(field for field, taker in takers.items() if taker is None),
        beaten=tuple(
            Beaten(field=field, value=str(taker.fields[field]), rule=taker.name, position=taker.position)
            for field, taker in takers.items()
            if taker is not None
        ),
        matched=ruleset.evidence(rule, sight) if refusal is None else (),
    )


def _in_order(ruleset: RuleSet, applying: list[Rule], rule: Rule) -> list[Rule]:
    """The rules that apply, and `rule` among them where it stands in the file."""
    chosen = {id(one) for one in (*applying, rule)}
    return [one for one in ruleset.rules if id(one) in chosen]


def refusal_of(part: Part, sight: Sight, outline: Outline) -> Refusal | None:
    """Why `part` does not hold; None when it does."""
    if part.condition.holds(sight):
        return None
    match part.name:
        case "not":
            return _refusal(part, inner=(_holding(part.parts[0], sight, outline),))
        case "all":
            return next(one for each in part.parts if (one := refusal_of(each, sight, outline)))
        case "any" | "is":
            inner = tuple(one for each in part.parts if (one := refusal_of(each, sight, outline)))
            return _refusal(part, inner=inner)
        case _:
            return _refusal(part, seen=tuple(saw(part.condition, sight)))


def _holding(part: Part, sight: Sight, outline: Outline) -> Refusal:
    """The part that should not hold and does, with its words."""
    held = matches_of(part.condition.evidence(sight), sight, outline.eyes.patterns)
    return Refusal(condition=part.name, written=written(part), position=part.position, holds=True, held=held)


def _refusal(part: Part, *, seen: tuple[Match, ...] = (), inner: tuple[Refusal, ...] = ()) -> Refusal:
    return Refusal(condition=part.name, written=written(part), position=part.position, saw=seen, inner=inner)


def as_json(answer: WhyNot) -> dict[str, Any]:
    """JSON-ready. `failed` is the first condition that failed, `refusal` the way down to it."""
    stopped = answer.stopped_by
    return {
        "rule": answer.rule.name,
        "position": position_json(answer.rule.position),
        "applies": answer.applies,
        "stopped_by": {"rule": stopped.name, "position": position_json(stopped.position)} if stopped else None,
        "failed": _failed_json(answer.refusal.first) if answer.refusal else None,
        "refusal": refusal_json(answer.refusal) if answer.refusal else None,
        "decides": list(answer.decided),
        "beaten": [
            {"field": one.field, "value": one.value, "rule": one.rule, "position": position_json(one.position)}
            for one in answer.beaten
        ],
        "matched": matched_json(answer.matched),
    }


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    return {**_failed_json(refusal), "inner": [refusal_json(one) for one in refusal.inner]}


def _failed_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "condition": refusal.condition,
        "written": refusal.written,
        "position": position_json(refusal.position),
        "saw": matched_json(refusal.saw),
        "holds": refusal.holds,
        "held": matched_json(refusal.held),
    }
