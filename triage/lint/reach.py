"""Rules that never count: shadowed by rules above them, field by field.

    samples (the file's tests, messages of the rules' own words) ─▶ what each rule was seen to decide
    what it was never seen to decide ─▶ is there any message? ─▶ no: proved, with the rules that take them all
                                                             └▶ perhaps: a hint if every sample went elsewhere

Rules that could take a message are added to the question only while its answers run into them: of a thousand
rules above, the proof mostly needs one.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from domain.facts import Facts
from triage.lint.findings import Finding, Other
from triage.lint.formulas import Formula, value_of
from triage.lint.proof import Model, model_of
from triage.lint.samples import Sampler
from triage.lint.solving import TooHard
from triage.lint.theory import Theory
from triage.rules import Rule, RuleSet

Effect = tuple[str, Hashable]
"""(`set`, field), (`tag`, name) …: what the first rule that does it does for all."""

SAMPLES = 24
ENOUGH_SAMPLES = 8
MAX_BLOCKERS = 60
WORK = 60_000
"""Conditions that may be put into questions about one file, so that lint ends whatever the file holds."""


@dataclass(slots=True)
class Seen:
    """What became of one rule in samples. `takers` are the rules that came before it, by effect."""

    applied: int = 0
    decided: set[Effect] = field(default_factory=set)
    takers: defaultdict[Effect, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))


class Reach:
    """`formulas` are the conditions of the rules, in file order."""

    def __init__(self, ruleset: RuleSet, formulas: Sequence[Formula], theory: Theory, sampler: Sampler) -> None:
        self.ruleset, self.formulas, self.theory, self.sampler = ruleset, formulas, theory, sampler
        self.seen = [Seen() for _ in ruleset.rules]
        self._numbers = {rule.name: number for number, rule in enumerate(ruleset.rules)}
        self._setters: defaultdict[Effect, list[int]] = defaultdict(list)
        self._stops: list[int] = []
        self._work = WORK

    def look(self, facts: Facts) -> None:
        """Note which rules decide something for this message, and which come too late."""
        takers: dict[Effect, int] = {}
        for rule in self.ruleset.applying(self.ruleset.eyes.look(facts)):
            number = self._numbers[rule.name]
            seen = self.seen[number]
            seen.applied += 1
            for effect in effects_of(rule):
                taker = takers.setdefault(effect, number)
                if taker == number:
                    seen.decided.add(effect)
                else:
                    seen.takers[effect][taker] += 1

    def by_rule(self) -> Iterator[tuple[Rule, Seen]]:
        return zip(self.ruleset.rules, self.seen, strict=True)

    def findings(self) -> Iterator[Finding]:
        for number, rule in enumerate(self.ruleset.rules):
            self._try_samples(number, rule)
            yield from self._of_rule(number, rule)
            for effect in effects_of(rule):
                self._setters[effect].append(number)
            if rule.stop:
                self._stops.append(number)

    def never_applies(self, number: int) -> bool:
        """Proved: the conditions of the rule exclude one another."""
        return not self.seen[number].applied and self._proves(number, ())

    def _try_samples(self, number: int, rule: Rule) -> None:
        for seed in range(SAMPLES):
            if self._missing(number, rule) or not self.seen[number].applied:
                self.look(self.sampler.message(rule.name, seed))

    def _missing(self, number: int, rule: Rule) -> list[Effect]:
        return [effect for effect in effects_of(rule) if effect not in self.seen[number].decided]

    def _of_rule(self, number: int, rule: Rule) -> Iterator[Finding]:
        if self.never_applies(number):
            return
        if not self.seen[number].applied and (stops := self._takers(number, self._stops, (), None)):
            yield self._finding("unreachable", rule, stops, variant="stopped")
            return
        shadowed: dict[Effect, list[int]] = {}
        for effect in self._missing(number, rule):
            earlier = self._setters[effect]
            seen = self.seen[number].takers[effect]
            if earlier and (takers := self._takers(number, sorted({*earlier, *self._stops}), seen, effect)):
                shadowed[effect] = takers
            elif earlier and effect[0] == "set" and self._is_suspect(number, effect):
                others = [taker for taker, _count in seen.most_common(3)]
                yield self._finding("suspected-unreachable", rule, others, field=effect[1], count=seen.total())
        if shadowed and not rule.stop and shadowed.keys() == set(effects_of(rule)):
            yield self._dead(number, rule, shadowed)
        else:
            yield from self._partly_dead(rule, shadowed)

    def _dead(self, number: int, rule: Rule, shadowed: dict[Effect, list[int]]) -> Finding:
        takers = sorted({taker for several in shadowed.values() for taker in several})
        kind = "unreachable"
        if len(takers) == 1 and self._proves(takers[0], (number,)):
            same = all(_value(self.ruleset.rules[takers[0]], effect) == _value(rule, effect) for effect in shadowed)
            kind = "duplicate-rule" if same else "contradictory-rules"
        return self._finding(kind, rule, takers)

    def _partly_dead(self, rule: Rule, shadowed: dict[Effect, list[int]]) -> Iterator[Finding]:
        for effect, takers in shadowed.items():
            if effect[0] == "set":
                values = {_value(self.ruleset.rules[taker], effect) for taker in takers}
                kind = "repeated-field" if values == {_value(rule, effect)} else "shadowed-field"
                yield self._finding(kind, rule, takers, field=effect[1])

    def _is_suspect(self, number: int, effect: Effect) -> bool:
        seen = self.seen[number]
        return effect not in seen.decided and seen.takers[effect].total() >= ENOUGH_SAMPLES

    def _takers(self, number: int, blockers: Sequence[int], seen: Iterable[int], effect: Effect | None) -> list[int]:
        """The fewest found of `blockers` that together take every message of the rule; none when not proved.

        What is asked is whether they take this effect from it, or with None whether they let it apply at all.
        """
        likely = [taker for taker in seen if taker in set(blockers)]
        for taker in likely:
            if self._proves(number, (taker,)):
                return [taker]
        chosen = likely[:MAX_BLOCKERS]
        while len(chosen) <= MAX_BLOCKERS:
            model = self._model(number, chosen)
            if model is None:
                return self._fewest(number, chosen)
            if isinstance(model, TooHard):
                return []
            answer = self.theory.told_by(model)
            values = {each: value_of(self.formulas[each], answer) for each in blockers if each not in chosen}
            if not any(values.values()):
                perhaps = [*chosen, *(each for each, value in values.items() if value is None)]
                return self._after_all(number, perhaps, chosen, model, effect)
            chosen.append(next(each for each, value in values.items() if value))
        return []

    def _after_all(
        self, number: int, blockers: list[int], chosen: list[int], model: Model, effect: Effect | None
    ) -> list[int]:
        """No rule above surely takes the message that the logic found: write it and see, and ask about all that may."""
        self.look(self.sampler.from_atoms(model))
        seen = self.seen[number]
        if effect in seen.decided or (effect is None and seen.applied):
            return []
        if len(chosen) == len(blockers) or len(blockers) > 10 * MAX_BLOCKERS:
            return []
        return self._fewest(number, blockers) if self._proves(number, blockers) else []

    def _fewest(self, number: int, chosen: list[int]) -> list[int]:
        for each in list(chosen) if len(chosen) <= MAX_BLOCKERS else ():
            without = [other for other in chosen if other != each]
            if self._proves(number, without):
                chosen = without
        return chosen

    def _proves(self, number: int, blockers: Sequence[int]) -> bool:
        return self._model(number, blockers) is None

    def _model(self, number: int, blockers: Sequence[int]) -> Model | TooHard | None:
        self._work -= 1 + len(blockers)
        if self._work < 0:
            return TooHard()
        try:
            return model_of(self.theory, [self.formulas[number]], [self.formulas[each] for each in blockers])
        except TooHard as error:
            return error

    def _finding(self, kind: str, rule: Rule, takers: Sequence[int], variant: str = "", **values: object) -> Finding:
        others = tuple(Other(self.ruleset.rules[each].name, self.ruleset.rules[each].position) for each in takers)
        names = ", ".join(other.name for other in others)
        return Finding(
            kind=kind,
            position=rule.position,
            rule=rule.name,
            values={"others": names, **values},
            others=others,
            variant=variant,
        )


def effects_of(rule: Rule) -> list[Effect]:
    """Everything a rule does that only the first one of several does."""
    return [
        *(("set", name) for name in rule.fields),
        *(("adjust", item) for item in rule.adjust.items()),
        *(("tag", tag) for tag in rule.tags),
        *(("ask", question) for question in rule.ask),
        *(("suggest", solution) for solution in rule.suggest),
    ]


def _value(rule: Rule, effect: Effect) -> object:
    return rule.fields.get(str(effect[1])) if effect[0] == "set" else True
