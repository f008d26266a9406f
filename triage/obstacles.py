"""For a test that fails: the rules that would have decided as expected, and what stood in their way."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.facts import Facts
from triage.outline import Outline
from triage.rules import Rule, RuleSet
from triage.selftest import RULE_OF, Difference
from triage.sight import value_text
from triage.whynot import Refusal, why_not

MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A condition failed (`refusal`), a rule above stopped the reading, or one decided the field before."""

    rule: Rule
    refusal: Refusal | None
    stopped_by: str | None
    beaten_by: str | None


def obstacles(ruleset: RuleSet, outline: Outline, facts: Facts, difference: Difference) -> list[Obstacle]:
    """Of the rules that could have met the expectation, the first few; none for what must not come."""
    found = [] if difference.negated else list(_wanted(ruleset, difference))
    return [_obstacle(ruleset, outline, facts, rule, difference) for rule in found[:MOST]]


def _obstacle(ruleset: RuleSet, outline: Outline, facts: Facts, rule: Rule, difference: Difference) -> Obstacle:
    answer = why_not(ruleset, outline, rule, facts)
    field = difference.field.removeprefix(RULE_OF)
    return Obstacle(
        rule=rule,
        refusal=answer.refusal,
        stopped_by=answer.stopped_by.name if answer.stopped_by else None,
        beaten_by=next((one.rule for one in answer.beaten if one.field == field), None),
    )


def _wanted(ruleset: RuleSet, difference: Difference) -> Iterator[Rule]:
    """The rules that do what was expected."""
    for rule in ruleset.rules:
        if difference.field.startswith(RULE_OF):
            meets = rule.name == difference.expected
        elif difference.field in {"tags", "ask", "suggest"}:
            meets = difference.expected in getattr(rule, difference.field)
        else:
            value = rule.fields.get(difference.field)
            meets = value is not None and value_text(value) == difference.expected
        if meets:
            yield rule
