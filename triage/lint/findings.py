"""What lint has to say: a kind that stays the same for ever, where, how bad, and who else is concerned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.errors import N_, Position


class Severity(StrEnum):
    """An error is a rule that does not do what it says, a warning is probably a mistake, a hint may be meant so."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Other:
    """Something else in the file that a finding speaks of."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`text` is an English msgid with `values`; `rule` is the rule it stands in, '' outside of rules."""

    kind: str
    position: Position
    rule: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[Other, ...] = ()
    variant: str = ""

    @property
    def severity(self) -> Severity:
        return KINDS[self.kind][0]

    @property
    def text(self) -> str:
        return VARIANTS[self.variant] if self.variant else KINDS[self.kind][1]


KINDS: Mapping[str, tuple[Severity, str]] = {
    "never-true": (Severity.ERROR, N_("this rule can never apply: its conditions exclude one another")),
    "unreachable": (
        Severity.ERROR,
        N_("nothing that this rule does ever counts: %(others)s comes first and takes all of its messages"),
    ),
    "contradictory-rules": (
        Severity.ERROR,
        N_("%(others)s has the same conditions and comes first, so what this rule says otherwise never counts"),
    ),
    "duplicate-rule": (Severity.ERROR, N_("%(others)s has the same conditions and already does the same")),
    "shadowed-field": (
        Severity.WARNING,
        N_("the `%(field)s` set here never counts: %(others)s comes first and takes all of its messages"),
    ),
    "repeated-field": (
        Severity.HINT,
        N_("the `%(field)s` set here is never needed: %(others)s comes first and says the same"),
    ),
    "suspected-unreachable": (
        Severity.HINT,
        N_(
            "perhaps the `%(field)s` set here never counts: in %(count)s messages made of its own words "
            "%(others)s always came first; this is no proof"
        ),
    ),
    "dead-alternative": (Severity.WARNING, N_("this condition can never be true")),
    "always-true": (Severity.WARNING, N_("this condition is true for every message, so it excludes none")),
    "matches-everything": (Severity.WARNING, N_("%(pattern)s matches every text that holds %(what)s")),
    "common-word": (Severity.WARNING, N_("%(word)s stands in nearly every message")),
    "duplicate-word": (Severity.WARNING, N_("%(word)s already stands in this list: %(other)s")),
    "swallowed-word": (Severity.HINT, N_("%(word)s is not needed here: %(other)s already finds it")),
    "impossible-value": (Severity.WARNING, N_("%(value)s can never be found here: %(why)s")),
    "department-unreached": (Severity.WARNING, N_("no rule sends anything to the department %(name)s")),
    "unused-definition": (Severity.WARNING, N_("nothing uses %(name)s")),
    "untested-rule": (Severity.HINT, N_("no test shows what this rule does")),
    "unknown-class": (Severity.WARNING, N_("no contact has the class %(name)s")),
    "unknown-plan": (Severity.WARNING, N_("no contact has the plan %(name)s")),
    "unknown-channel": (Severity.WARNING, N_("no channel of the settings is called %(name)s")),
}
"""By kind: how bad, and what is said."""

VARIANTS: Mapping[str, str] = {
    "stopped": N_("this rule is never asked: %(others)s applies to all of its messages and stops there"),
    "tag-too-late": N_("this rule can never apply: only rules further down give the tag %(tag)s"),
    "pair": N_("this rule can never apply: this condition and the one in line %(line)s exclude each other"),
    "every-message": N_("this rule applies to every message; what holds for all belongs in `default`"),
    "pair-inside": N_("this condition and the one in line %(line)s exclude each other"),
}
