"""What one person writes in a few breaths is judged as if it had been written at once. Pure.

"oi" · "o sistema caiu" · "ninguém trabalha"     each no more than `conversations.burst` after the one before,
                                                 nobody else in between  ─▶  one text, one verdict
more urgent than the ticket is    ─▶ the ticket becomes so; never less urgent, never against a person's decision
the burst opened the ticket, and no rule knew its department then  ─▶ it goes where a rule sends it now
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta

from domain.facts import Facts
from domain.filed import Said, TicketNow
from domain.verdict import Match, Verdict
from triage.retelling import press
from triage.rules import DEFAULT

MOST = 32
"""Messages that are taken together at most, the last ones."""
LONGEST_WORDS = 200
"""Characters of the words that an explanation shows."""


def bursts_with(said: Sequence[Said], new: AbstractSet[int], within: timedelta) -> list[tuple[Said, ...]]:
    """The bursts that the messages `new` belong to, each in the order in which it was written. One message is none."""
    found: list[list[Said]] = []
    for one in sorted(said, key=lambda one: (one.at, one.message)):
        last = found[-1][-1] if found else None
        if last is None or one.facts is None or last.facts is None or _apart(last, one, within):
            found.append([])
        found[-1].append(one)
    return [
        tuple(burst[-MOST:]) for burst in found if len(burst) > 1 and not new.isdisjoint(one.message for one in burst)
    ]


def _apart(one: Said, other: Said, within: timedelta) -> bool:
    return one.sender != other.sender or other.at - one.at > within


def together(burst: Sequence[Said]) -> Facts:
    """As the first of them would have been judged, had it held all words and files."""
    facts = [one.facts for one in burst if one.facts is not None]
    return replace(
        facts[0],
        text="\n".join(one.text for one in facts if one.text),
        attachments=tuple(file for one in facts for file in one.attachments),
        traits={name: value for one in facts for name, value in one.traits.items()},
    )


def pressed(ticket: TicketNow, burst: Sequence[Said], verdict: Verdict) -> TicketNow:
    """The ticket under what the burst says, if that is more than it knew."""
    after = replace(press(ticket, verdict), flagged=ticket.flagged or verdict.flagged)
    first = burst[0].verdict if burst[0].message == ticket.opened_by else None
    if first is None or "department" in ticket.corrected or ticket.department != first.department:
        return after
    was_default, is_default = (one.fields["department"].rule == DEFAULT for one in (first, verdict))
    return replace(after, department=verdict.department) if was_default and not is_default else after


def reason(burst: Sequence[Said], verdict: Verdict) -> str:
    """`messages 3, 4 together: sistema-fora (text: caiu, ninguém trabalha)`"""
    decided = [(one.rule, one.matched) for one in (verdict.fields["priority"], verdict.fields["department"])]
    moved = [(one.rule, one.matched) for one in verdict.adjusted]
    rules = {rule: _words(matched) for rule, matched in (*decided, *moved) if rule != DEFAULT}
    numbers = ", ".join(str(one.message) for one in burst)
    return f"messages {numbers} together: {'; '.join(f'{rule}{words}' for rule, words in rules.items()) or DEFAULT}"


def _words(matched: tuple[Match, ...]) -> str:
    shown = "; ".join(f"{one.where}: {', '.join(one.words)}" for one in matched)
    return f" ({shown[:LONGEST_WORDS]})" if shown else ""
