"""What joins a ticket may make it more urgent; what one person writes in a few breaths is judged together. Pure.

"oi" · "o sistema caiu" · "ninguém trabalha"     in a chat, each no more than `conversations.burst` after the one
                                                 before, nobody else in between  ─▶  one text, one verdict
any other message                                is a burst of one, under the verdict that it was filed with

a rule finds it more urgent than the ticket is  ─▶ the ticket becomes so; never less urgent, never against a person's
                                                   decision, and never because of the rules' `default` alone
the burst opened the ticket, and no rule knew its department then  ─▶ it goes where a rule sends it now
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta

from domain.facts import Facts
from domain.filed import Said, TicketNow
from domain.interaction import Medium
from domain.verdict import Match, Verdict
from triage.engine import judge
from triage.retelling import press
from triage.rules import DEFAULT, RuleSet

MOST = 32
"""Messages that are taken together at most, the last ones."""
LONGEST_WORDS = 200
"""Characters of the words that an explanation shows."""


def bursts_with(said: Iterable[Said], new: AbstractSet[int], within: timedelta | None) -> list[tuple[Said, ...]]:
    """The bursts that the messages `new` belong to, each in the order in which it was written."""
    found: list[list[Said]] = []
    for one in sorted(said, key=lambda one: (one.at, one.message)):
        last = found[-1][-1] if found else None
        if last is None or within is None or not _in_one_breath(last, one, within):
            found.append([])
        found[-1].append(one)
    return [tuple(burst[-MOST:]) for burst in found if not new.isdisjoint(one.message for one in burst)]


def _in_one_breath(one: Said, other: Said, within: timedelta) -> bool:
    chats = all(said.facts is not None and said.facts.medium == Medium.CHAT for said in (one, other))
    return chats and one.sender == other.sender and other.at - one.at <= within


def verdict_on(burst: Sequence[Said], ruleset: RuleSet) -> Verdict:
    """One message has been judged already, when it was filed."""
    alone = burst[0].verdict if len(burst) == 1 else None
    return judge(ruleset, together(burst)) if alone is None else alone


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
    if verdict.fields["priority"].rule == DEFAULT and not verdict.adjusted:
        after = replace(after, priority=ticket.priority)
    first = burst[0].verdict if burst[0].message == ticket.opened_by else None
    if first is None or "department" in ticket.corrected or ticket.department != first.department:
        return after
    was_default, is_default = (one.fields["department"].rule == DEFAULT for one in (first, verdict))
    return replace(after, department=verdict.department) if was_default and not is_default else after


def reason(burst: Sequence[Said], verdict: Verdict) -> str:
    """`messages 3, 4 together: sistema-fora (text: caiu, ninguém trabalha)`, `message 9: …`"""
    decided = [(one.rule, one.matched) for one in (verdict.fields["priority"], verdict.fields["department"])]
    moved = [(one.rule, one.matched) for one in verdict.adjusted]
    rules = {rule: _words(matched) for rule, matched in (*decided, *moved) if rule != DEFAULT}
    numbers = ", ".join(str(one.message) for one in burst)
    said = f"message {numbers}" if len(burst) == 1 else f"messages {numbers} together"
    return f"{said}: {'; '.join(f'{rule}{words}' for rule, words in rules.items()) or DEFAULT}"


def _words(matched: tuple[Match, ...]) -> str:
    shown = "; ".join(f"{one.where}: {', '.join(one.words)}" for one in matched)
    return f" ({shown[:LONGEST_WORDS]})" if shown else ""
