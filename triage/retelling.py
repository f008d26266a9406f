"""A message told anew is judged anew: what becomes of its ticket then. Pure.

it opened the ticket   ─▶ department, priority and tags follow the new verdict, but not where people decided
it joined the ticket   ─▶ the ticket becomes as urgent as the message, never less
"""

from dataclasses import replace

from domain.facts import Facts
from domain.filed import FiledMessage, TicketNow
from domain.interaction import Interaction
from domain.ticket import Filing, Placement, Priority, Road, State
from domain.verdict import Verdict
from triage.engine import judge
from triage.loading import RuleSet
from triage.snapshot import facts_of

URGENCY = {priority.value: rank for rank, priority in enumerate(Priority)}
"""0 is the most urgent."""


def facts_anew(told: Interaction, old: FiledMessage) -> Facts:
    """What is known now; what was true of the conversation when it was filed stays so."""
    return replace(
        facts_of(told, received_at=old.facts.received_at),
        is_reply=old.facts.is_reply,
        conversation_age=old.facts.conversation_age,
        message_count=old.facts.message_count,
    )


def told_anew(raw_id: str, told: Interaction, facts: Facts, old: FiledMessage, ruleset: RuleSet) -> Filing:
    """The message `old` in its new words, in the place it has."""
    return Filing(
        raw_id=raw_id,
        interaction=told,
        facts=facts,
        verdict=judge(ruleset, facts),
        placement=Placement(road=Road.JOINS, ticket=old.ticket, reason="told anew"),
        answer=None,
        received_at=old.received_at,
    )


def follow(ticket: TicketNow, interaction: Interaction, before: Verdict, verdict: Verdict) -> TicketNow:
    """The ticket that `interaction` opened, under its new verdict."""
    given = {str(tag.value) for tag in before.tags}
    own = [tag for tag in ticket.tags if tag not in given]
    return replace(
        ticket,
        subject=interaction.subject,
        department=ticket.department if "department" in ticket.corrected else verdict.department,
        priority=ticket.priority if "priority" in ticket.corrected else verdict.priority,
        tags=tuple(dict.fromkeys([*(str(tag.value) for tag in verdict.tags), *own])),
        flagged=verdict.flagged or (ticket.flagged and not before.flagged),
    )


def press(ticket: TicketNow, verdict: Verdict) -> TicketNow:
    """The ticket that a message joined: as urgent as the message is, if that is more."""
    more = URGENCY.get(verdict.priority, 0) < URGENCY.get(ticket.priority, 0)
    tags = tuple(dict.fromkeys([*ticket.tags, *(str(tag.value) for tag in verdict.tags)]))
    raised = more and "priority" not in ticket.corrected
    return replace(ticket, tags=tags, priority=verdict.priority if raised else ticket.priority)


def label(ticket: TicketNow, *labels: str) -> TicketNow:
    return replace(ticket, tags=tuple(dict.fromkeys([*ticket.tags, *labels])))


def is_open(state: State) -> bool:
    return state in {State.NEW, State.OPEN, State.WAITING}
