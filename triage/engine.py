"""The decision: facts in, verdict out. Pure, and there is always a verdict."""

from domain.facts import Facts
from domain.verdict import Decision, Match, Verdict
from triage.rules import DEFAULT, Rule, RuleSet
from triage.sight import Sight


def judge(ruleset: RuleSet, facts: Facts) -> Verdict:
    """For each field the first rule that applies and sets it decides; tags add up; `default` fills the rest."""
    sight = ruleset.eyes.look(facts)
    return verdict_of(ruleset, sight, list(ruleset.applying(sight)))


def verdict_of(ruleset: RuleSet, sight: Sight, applying: list[Rule]) -> Verdict:
    """The verdict when exactly these rules apply, in this order."""
    deciders: dict[str, Rule] = {}
    givers: dict[str, Rule] = {}
    for rule in applying:
        for field in rule.fields:
            deciders.setdefault(field, rule)
        for tag in rule.tags:
            givers.setdefault(tag, rule)
    shown = _evidence(ruleset, sight, [*deciders.values(), *givers.values()])
    fields = {name: Decision(value=value, rule=DEFAULT) for name, value in ruleset.default.items()}
    for field, rule in deciders.items():
        fields[field] = Decision(value=rule.fields[field], rule=rule.name, matched=shown[rule.name])
    tags = tuple(Decision(value=tag, rule=rule.name, matched=shown[rule.name]) for tag, rule in givers.items())
    return Verdict(ruleset=ruleset.hash, fields=fields, tags=tags)


def _evidence(ruleset: RuleSet, sight: Sight, rules: list[Rule]) -> dict[str, tuple[Match, ...]]:
    shown: dict[str, tuple[Match, ...]] = {}
    for rule in rules:
        if rule.name not in shown:
            shown[rule.name] = ruleset.evidence(rule, sight)
    return shown
