"""The rule file's own tests: the same judge as in production, against what the file expects."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.errors import ConfigError, Mistake, Position, Undecodable
from domain.facts import Facts
from domain.verdict import Decision, Verdict
from triage.engine import judge
from triage.keywords import USUALLY
from triage.loading import load_cases
from triage.rules import Case, Expectation, RuleSet
from triage.sight import value_text

__all__ = ["CaseResult", "Difference", "load_cases", "run_tests"]

RULE_OF = "rule of "
FactsOf = Callable[[Case], Facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One expectation that is not met. `field` is department, priority, flag, tags or `rule of <field>`.

    `negated`: it came as `expect_not`. `rule` decided the field ('' for a tag that nothing gave).
    """

    field: str
    expected: str
    got: str
    rule: str
    negated: bool = False

    def __str__(self) -> str:
        wanted = f"not {self.expected}" if self.negated else self.expected
        decided = f" (by {self.rule})" if self.rule else ""
        return f"{self.field}: expected {wanted}, got {self.got}{decided}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """`facts` and `verdict` are None when the payload of the test could not be read; `problem` says why."""

    name: str
    position: Position
    facts: Facts | None
    verdict: Verdict | None
    differences: tuple[Difference, ...]
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problem

    @property
    def reason(self) -> str:
        """Every difference in one line; '' when passed."""
        return self.problem or "; ".join(map(str, self.differences))


def written_facts(case: Case) -> Facts:
    """The facts of a test without a payload: reading files is not for this folder."""
    if case.payload is not None:
        raise Undecodable(f"nothing here reads {case.payload.file}")
    return case.facts


def run_tests(
    ruleset: RuleSet,
    cases: Sequence[Case] | None = None,
    facts_of: FactsOf = written_facts,
    advance: Callable[[], None] = lambda: None,
) -> list[CaseResult]:
    """The results of the file's own tests, or of `cases` from elsewhere, in order.

    `advance` is called after each. Raises ConfigError with every payload that cannot be had.
    """
    results: list[CaseResult] = []
    mistakes: list[Mistake] = []
    for case in ruleset.tests if cases is None else cases:
        try:
            results.append(_run(ruleset, case, facts_of))
        except ConfigError as error:
            mistakes += error.mistakes
        advance()
    if mistakes:
        raise ConfigError(mistakes)
    return results


def _run(ruleset: RuleSet, case: Case, facts_of: FactsOf) -> CaseResult:
    try:
        facts = facts_of(case)
    except Undecodable as error:
        return CaseResult(
            name=case.name, position=case.position, facts=None, verdict=None, differences=(), problem=str(error)
        )
    verdict = judge(ruleset, facts)
    differences = (
        *_compare(verdict, case.expect, negated=False),
        *_compare(verdict, case.expect_not, negated=True),
    )
    return CaseResult(name=case.name, position=case.position, facts=facts, verdict=verdict, differences=differences)


def _compare(verdict: Verdict, expectation: Expectation, *, negated: bool) -> Iterator[Difference]:
    for field, expected, got, rule in _pairs(verdict, expectation):
        if (expected == got) is negated:
            yield Difference(field=field, expected=expected, got=got, rule=rule, negated=negated)
    for field, names, given in (
        ("tags", expectation.tags, {str(tag.value): tag.rule for tag in verdict.tags}),
        ("ask", expectation.ask, {question.name: question.rule for question in verdict.questions}),
        ("suggest", expectation.suggest, {solution.name: solution.rule for solution in verdict.solutions}),
    ):
        for name in names:
            if (name in given) is negated:
                rule = given.get(name, "")
                yield Difference(field=field, expected=name, got=", ".join(given) or "-", rule=rule, negated=negated)


def _pairs(verdict: Verdict, expectation: Expectation) -> Iterator[tuple[str, str, str, str]]:
    """(what, expected, got, deciding rule) of every field and rule expected."""
    nothing = Decision(value=False, rule="")
    for field, expected in expectation.fields.items():
        decision = verdict.fields.get(field, replace(nothing, value=USUALLY.get(field, False)))
        yield field, value_text(expected), value_text(decision.value), decision.rule
    for field, rule in expectation.rules.items():
        decision = verdict.fields.get(field, nothing)
        yield f"{RULE_OF}{field}", rule, decision.rule or "-", decision.rule
