"""What a client is told of an incident: a letter when it begins, and one more when it is over, if so set. Pure.

Only the addresses that the settings have for the client are written to, and each of them once for each of the two:
the key of the letter is the same however often the incident comes back.
"""

from collections.abc import Collection
from datetime import timedelta

from domain.incident_desk import NoticePlan
from domain.ticket import Acknowledgement, Silence
from triage.acknowledge import Clerk, our_message_id, reply_address

BEGINS, OVER = "incident", "incident-solved"
LONGEST = 150


def addresses_of(plan: NoticePlan, clients: Collection[str]) -> dict[str, str]:
    """Address → client."""
    return {address: client for client in sorted(clients) for address in plan.clients.get(client, ())}


def key_of(letter: str, ticket: int, address: str) -> str:
    return f"{letter}:{ticket}:{address.casefold()}"


def notice(
    clerk: Clerk,
    plan: NoticePlan,
    *,
    letter: str,
    ticket: int,
    department: str,
    summary: str,
    lasted: timedelta | None,
    to: str,
    spent: int,
) -> Acknowledgement | Silence:
    """`spent`: how many automatic letters this address has had in this hour."""
    way_out = clerk.exits.get(plan.by)
    if way_out is None or not way_out.can_send or way_out.mailbox is None:
        return Silence(channel=plan.by, to=to, reason="channel_cannot_send")
    if any(mailbox.owns(to) for mailbox in clerk.own):
        return Silence(channel=plan.by, to=to, reason="own_address")
    if spent >= clerk.policy.limits["address"]:
        return Silence(channel=plan.by, to=to, reason="budget_address")
    values = {
        "ticket": ticket,
        "department": department,
        "organisation": clerk.policy.organisation,
        "summary": summary[:LONGEST],
        "lasted": in_words(lasted) if lasted is not None else "",
        "questions": (),
        "solutions": (),
    }
    text = clerk.letters.letter(clerk.policy.language, letter, "", values)
    key, mailbox = key_of(letter, ticket, to), way_out.mailbox
    return Acknowledgement(
        channel=plan.by,
        to=to,
        subject=text.subject,
        text=text.text,
        html=text.html,
        language=clerk.policy.language,
        idempotency_key=key,
        message_id=our_message_id(ticket, key, mailbox),
        sender=mailbox.address,
        reply_to=reply_address(mailbox, clerk.policy.token_key, ticket),
    )


def in_words(lasted: timedelta) -> str:
    """42 s · 12 min · 3 h 05 min"""
    minutes, seconds = divmod(round(lasted.total_seconds()), 60)
    hours, rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest:02d} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
