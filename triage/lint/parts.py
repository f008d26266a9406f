"""Conditions that are never true, or always.

rule ─▶ never true? ─▶ which two parts exclude each other
     └▶ always true?
     └▶ its parts, one by one, down to named conditions
named condition ─▶ the same; tags in it are those of any rule
"""

from collections.abc import Callable, Iterator
from itertools import combinations

from domain.errors import Position
from domain.facts import Facts
from triage.lint.findings import Finding
from triage.lint.formulas import FALSE, Formula, Opposite
from triage.lint.proof import model_of
from triage.lint.samples import FIRST
from triage.lint.solving import TooHard
from triage.lint.theory import Theory
from triage.looking import written
from triage.outline import Part
from triage.sight import Eyes

MOST_PAIRS = 40
_NEUTRAL = (
    Facts(channel="x", medium="mail", occurred_at=FIRST),
    Facts(channel="y", medium="chat", occurred_at=FIRST, subject="-", text="z", is_reply=True, message_count=2),
)

Means = Callable[[Part], Formula]


class Parts:
    def __init__(self, theory: Theory, eyes: Eyes) -> None:
        self.theory = theory
        self._sights = [eyes.look(facts) for facts in _NEUTRAL]

    def of_rule(self, name: str, part: Part, means: Means, *, applies: bool) -> Iterator[Finding]:
        """`applies`: some sample met the rule, so it is not never true."""
        if not applies and self._never(means(part)):
            yield self._never_true(name, part, means)
        elif self._always(part, means):
            yield Finding(kind="always-true", position=part.position, rule=name, variant="every-message")
        else:
            yield from self._inside(name, part, means)

    def of_named(self, part: Part, means: Means) -> Iterator[Finding]:
        yield from self._of_part("", part, means)

    def _inside(self, name: str, part: Part, means: Means) -> Iterator[Finding]:
        if part.name != "is":
            for each in part.parts:
                yield from self._of_part(name, each, means)

    def _of_part(self, name: str, part: Part, means: Means) -> Iterator[Finding]:
        if part.name == "is":
            return
        if self._never(means(part)):
            yield self._dead_part(name, part, means)
        elif self._always(part, means):
            yield Finding(kind="always-true", position=part.position, rule=name)
        else:
            yield from self._inside(name, part, means)

    def _never_true(self, name: str, part: Part, means: Means) -> Finding:
        culprit, pair = self._culprit(part, means)
        if culprit.name == "tag" and means(culprit) == FALSE:
            return _finding("never-true", name, culprit.position, "tag-too-late", tag=written(culprit))
        if pair is None:
            return _finding("never-true", name, culprit.position)
        return _finding("never-true", name, pair[1].position, "pair", line=pair[0].position.line)

    def _dead_part(self, name: str, part: Part, means: Means) -> Finding:
        culprit, pair = self._culprit(part, means)
        if pair is None:
            return _finding("dead-alternative", name, culprit.position)
        return _finding("dead-alternative", name, pair[1].position, "pair-inside", line=pair[0].position.line)

    def _culprit(self, part: Part, means: Means) -> tuple[Part, tuple[Part, Part] | None]:
        """The smallest part that is never true by itself, and the two in it that exclude each other."""
        if part.name == "is":
            return self._culprit(part.parts[0], means)
        if part.name == "all":
            for each in part.parts:
                if self._never(means(each)):
                    return self._culprit(each, means)
            for one, other in combinations(part.parts[:MOST_PAIRS], 2):
                if self._never(means(one), means(other)):
                    smaller = self._smaller(one, other, means)
                    return part, (smaller, self._smaller(other, smaller, means))
        return part, None

    def _smaller(self, part: Part, other: Part, means: Means) -> Part:
        """The part of `part` that alone excludes `other`."""
        while part.name == "all":
            found = next((each for each in part.parts if self._never(means(each), means(other))), None)
            if found is None:
                break
            part = found
        return part

    def _never(self, *formulas: Formula) -> bool:
        try:
            return model_of(self.theory, formulas) is None
        except TooHard:
            return False

    def _always(self, part: Part, means: Means) -> bool:
        if not all(part.condition.holds(sight) for sight in self._sights):
            return False
        return self._never(Opposite(means(part)))


def _finding(kind: str, rule: str, position: Position, variant: str = "", **values: object) -> Finding:
    return Finding(kind=kind, position=position, rule=rule, variant=variant, values=values)
