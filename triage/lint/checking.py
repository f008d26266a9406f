"""Lint: what is wrong with a rule file that loads, and passes its tests.

    outline (as written) ─▶ logic ─┬─▶ parts     never true, always true
    rule set (as judged) ─▶ samples ┴─▶ reach    shadowed, duplicate, contradictory
                                     ├─▶ words    swallowed, doubled, found everywhere
                                     └─▶ names    unused, unknown, untested

Nothing is called an error or a warning that was not proved; what only samples suggest is a hint and says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from domain.facts import Facts
from triage.conditions import Condition
from triage.lint import names
from triage.lint.findings import Finding, Severity
from triage.lint.formulas import Formula
from triage.lint.meaning import Meaning
from triage.lint.parts import Parts
from triage.lint.reach import Reach
from triage.lint.samples import Sampler
from triage.lint.theory import Theory
from triage.lint.words import Words
from triage.outline import Outline, Part, Sections, outline_of
from triage.rules import RuleSet

_WORST_FIRST = list(Severity)


def lint(
    ruleset: RuleSet, sections: Sections, tests: Iterable[Facts], channels: Collection[str] | None = None
) -> list[Finding]:
    """All findings in file order. `sections` are those that `ruleset` was made of, `tests` the facts of its tests,
    `channels` the names of those that are set up, where that is known."""
    outline = outline_of(sections, ruleset.eyes.contacts)
    theory = Theory(outline)
    lists = {name: node for name, (_position, node) in sections.named("lists").items()}
    found = [
        *_of_rules(ruleset, outline, theory, tests),
        *Words(outline, theory, lists).findings(),
        *names.findings(ruleset, sections, channels),
    ]
    return sorted(found, key=lambda one: (one.position.file, one.position.line, one.position.column, one.kind))


def worst(found: Iterable[Finding]) -> Severity | None:
    return min((one.severity for one in found), key=_WORST_FIRST.index, default=None)


def _of_rules(ruleset: RuleSet, outline: Outline, theory: Theory, tests: Iterable[Facts]) -> Iterator[Finding]:
    meaning = Meaning()
    formulas = [meaning.of_rule(outline.rules[rule.name].condition, rule.tags) for rule in ruleset.rules]
    reach = Reach(ruleset, formulas, theory, _sampler(ruleset, outline))
    for facts in tests:
        reach.look(facts)
    tested = {rule.name for rule, seen in reach.by_rule() if seen.applied}
    found = [*reach.findings(), *_of_parts(outline, theory, reach)]
    dead = {one.rule for one in found if one.severity is Severity.ERROR}
    yield from found
    yield from names.untested(rule for rule in ruleset.rules if rule.name not in tested | dead)


def _sampler(ruleset: RuleSet, outline: Outline) -> Sampler:
    givers: defaultdict[str, list[Condition]] = defaultdict(list)
    for rule in ruleset.rules:
        for tag in rule.tags:
            givers[tag].append(outline.rules[rule.name].condition)
    conditions = {rule.name: outline.rules[rule.name].condition for rule in ruleset.rules}
    return Sampler(patterns=outline.eyes.patterns, givers=givers, conditions=conditions)


def _of_parts(outline: Outline, theory: Theory, reach: Reach) -> Iterator[Finding]:
    """Rules with the tags that those above them give; named conditions with the tags of all."""
    parts, meaning = Parts(theory, outline.eyes), Meaning()

    def means(part: Part) -> Formula:
        return meaning.of(part.condition)

    for rule, seen in reach.by_rule():
        part = outline.rules[rule.name]
        yield from parts.of_rule(rule.name, part, means, applies=bool(seen.applied))
        meaning.of_rule(part.condition, rule.tags)
    for part in outline.named.values():
        yield from parts.of_named(part, means)
