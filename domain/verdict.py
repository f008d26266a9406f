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
class Verdict:
    """`ruleset` is the hash of the rule file. `fields` always holds `department` and `priority`.

    `tags` accumulate over all rules that matched, in rule order, each tag once.
    """

    ruleset: str
    fields: Mapping[str, Decision]
    tags: tuple[Decision, ...] = field(default_factory=tuple)

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
