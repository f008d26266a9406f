"""What triage decided, and why: every field with the rule that set it and the words that matched."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Words of the interaction that satisfied a condition; `where` names the fact (subject, text, …)."""

    where: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One field's value and the rule that decided it; rule `default` when no rule set the field."""

    value: str | bool
    rule: str
    matched: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A rule that moves a decided field by one step: `change` is raise or lower."""

    field: str
    change: str
    rule: str
    matched: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    """What another rule that applied would have decided, had those above it not. The facts still hold its words."""

    field: str
    value: str | bool
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question or a solution that a rule has for the customer, in the words the rule file had for it then."""

    name: str
    text: str
    rule: str
    link: str | None = None
    matched: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`ruleset` is the hash of the rule files. `fields` always holds `department` and `priority`.

    `tags`, `questions` and `solutions` accumulate over all rules that matched, in rule order, each once.
    The value of a field is the final one; `adjusted` says which rules moved it there.
    `runners_up` in rule order: it still tells who came second when the rules of that day are gone.
    """

    ruleset: str
    fields: Mapping[str, Decision]
    tags: tuple[Decision, ...] = field(default_factory=tuple)
    adjusted: tuple[Adjustment, ...] = ()
    questions: tuple[Proposal, ...] = ()
    solutions: tuple[Proposal, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()

    @property
    def department(self) -> str:
        return str(self.fields["department"].value)

    @property
    def priority(self) -> str:
        return str(self.fields["priority"].value)

    @property
    def flagged(self) -> bool:
        decision = self.fields.get("flag")
        return decision is not None and bool(decision.value)

    @property
    def assignee(self) -> str | None:
        """Who might take it; a hint, nobody is assigned."""
        return self._text("assignee")

    @property
    def acknowledgement(self) -> str | None:
        """The letter a rule chose, `none` for no letter at all; None where no rule chose."""
        return self._text("acknowledgement")

    @property
    def unwanted_by(self) -> str | None:
        """The rule that wants no ticket for a telephone call; None where one is wanted."""
        decision = self.fields.get("ticket")
        return decision.rule if decision is not None and decision.value is False else None

    def _text(self, name: str) -> str | None:
        decision = self.fields.get(name)
        return None if decision is None else str(decision.value)
