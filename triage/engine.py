"""The decision: facts in, verdict out. Pure, and there is always a verdict.

applying rules ─▶ first to set a field decides it ─▶ default for the rest ─▶ priority one step up or down
              └─▶ tags, questions, solutions add up; what the department asks of everybody comes last
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from domain.facts import Facts
from domain.verdict import Adjustment, Decision, Match, Proposal, RunnerUp, Verdict
from triage.keywords import CHANGES, PRIORITIES
from triage.rules import DEFAULT, Rule, RuleSet
from triage.sight import Sight

DEPARTMENT, PRIORITY = "department", "priority"


def judge(ruleset: RuleSet, facts: Facts) -> Verdict:
    """For each field the first rule that applies and sets it decides; tags add up; `default` fills the rest."""
    sight = ruleset.eyes.look(facts)
    return verdict_of(ruleset, sight, list(ruleset.applying(sight)))


def verdict_of(ruleset: RuleSet, sight: Sight, applying: list[Rule]) -> Verdict:
    """The verdict when exactly these rules apply, in this order."""
    deciders = _first(applying, lambda rule: rule.fields)
    givers = _first(applying, lambda rule: rule.tags)
    shown = _Evidence(ruleset, sight)
    fields = {name: Decision(value=value, rule=DEFAULT) for name, value in ruleset.default.items()}
    for field, rule in deciders.items():
        fields[field] = Decision(value=rule.fields[field], rule=rule.name, matched=shown.of(rule))
    adjusted = tuple(_adjustments(applying, shown))
    if adjusted:
        fields[PRIORITY] = replace(fields[PRIORITY], value=moved(str(fields[PRIORITY].value), adjusted))
    asking = [*applying, *ruleset.asked_by(str(fields[DEPARTMENT].value))]
    return Verdict(
        ruleset=ruleset.hash,
        fields=fields,
        tags=tuple(Decision(value=tag, rule=rule.name, matched=shown.of(rule)) for tag, rule in givers.items()),
        adjusted=adjusted,
        questions=tuple(_questions(ruleset, sight, asking, shown)),
        solutions=tuple(_solutions(ruleset, applying, shown)),
        runners_up=tuple(_runners_up(applying, deciders)),
    )


def moved(priority: str, adjusted: tuple[Adjustment, ...]) -> str:
    """One step up where a rule raises, one down where a rule lowers, none where both do; never beyond the ends."""
    changes = {one.change for one in adjusted}
    step = ("lower" in changes) - ("raise" in changes)
    return PRIORITIES[min(max(PRIORITIES.index(priority) + step, 0), len(PRIORITIES) - 1)]


class _Evidence:
    """What made a rule apply, worked out once for each rule that has a say."""

    def __init__(self, ruleset: RuleSet, sight: Sight) -> None:
        self._ruleset, self._sight = ruleset, sight
        self._known: dict[str, tuple[Match, ...]] = {}

    def of(self, rule: Rule) -> tuple[Match, ...]:
        if rule.name not in self._known:
            self._known[rule.name] = self._ruleset.evidence(rule, self._sight)
        return self._known[rule.name]


def _first(applying: list[Rule], names: Callable[[Rule], Iterable[str]]) -> Mapping[str, Rule]:
    """For each name the first rule that has it."""
    found: dict[str, Rule] = {}
    for rule in applying:
        for name in names(rule):
            found.setdefault(name, rule)
    return found


def _runners_up(applying: list[Rule], deciders: Mapping[str, Rule]) -> Iterator[RunnerUp]:
    for rule in applying:
        for field, value in rule.fields.items():
            if deciders[field] is not rule:
                yield RunnerUp(field=field, value=value, rule=rule.name)


def _adjustments(applying: list[Rule], shown: _Evidence) -> Iterator[Adjustment]:
    """The first rule that raises, and the first that lowers."""
    for change in CHANGES:
        rule = next((rule for rule in applying if rule.adjust.get(PRIORITY) == change), None)
        if rule is not None:
            yield Adjustment(field=PRIORITY, change=change, rule=rule.name, matched=shown.of(rule))


def _questions(ruleset: RuleSet, sight: Sight, asking: list[Rule], shown: _Evidence) -> Iterator[Proposal]:
    for name, rule in _first(asking, lambda rule: rule.ask).items():
        question = ruleset.questions[name]
        if question.unless is None or not question.unless.holds(sight):
            yield Proposal(name=name, text=question.text, rule=rule.name, matched=shown.of(rule))


def _solutions(ruleset: RuleSet, applying: list[Rule], shown: _Evidence) -> Iterator[Proposal]:
    for name, rule in _first(applying, lambda rule: rule.suggest).items():
        solution = ruleset.solutions[name]
        yield Proposal(name=name, text=solution.text, link=solution.link, rule=rule.name, matched=shown.of(rule))
