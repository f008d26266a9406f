"""Messages that are told anew when more is known of them, and what that changes on their tickets.

Units of work over a connection. The old words go into the history; the message keeps its number and its place.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection, Executable, bindparam, select, update

from domain.filed import FiledMessage, TicketNow
from domain.past import CORRECTABLE
from domain.ticket import Filing, State
from store import remote_files
from store.bulk import Bulk, Inserter, chunks, parameters
from store.codec import (
    deciders_to_json,
    dumps,
    facts_from_json,
    facts_to_json,
    maybe_storable,
    storable,
    verdict_from_json,
    verdict_to_json,
)
from store.filing import INSERT_LINK, INSERT_PARTICIPANT
from store.moments import to_micros
from store.people import contacts_of
from store.rows import INSERT_HISTORY, WHO, Row, realm_of, sender_of
from store.schema import history, messages, tickets

LONGEST = 300
"""Characters of old and new words that the history keeps."""
_TOLD = ("sender", "sender_name", "subject", "text", "header", "occurred_at", "facts", "verdict")
_CHANGED = ("state", "department", "priority", "subject", "tags", "flagged", "solved_at", "decided")


def _retell(_insert: Inserter) -> Executable:
    return update(messages).values(parameters(messages, _TOLD)).where(messages.c.id == bindparam("which"))


def _change(_insert: Inserter) -> Executable:
    return update(tickets).values(parameters(tickets, _CHANGED)).where(tickets.c.number == bindparam("which"))


_RETELL = Bulk(_retell, (*_TOLD, "which"))
_CHANGE = Bulk(_change, (*_CHANGED, "which"))


def filed_messages(
    connection: Connection, *, numbers: Collection[int] = (), identities: Collection[str] = ()
) -> dict[int, FiledMessage]:
    """Messages by number. What has no facts (an agent's words) is left out."""
    names = ("id", "ticket", "identity", "text", "subject", "facts", "verdict", "received_at")
    query = select(*(messages.c[name] for name in names))
    asked = ((messages.c.id, sorted(numbers)), (messages.c.identity, sorted(identities)))
    rows = [
        row
        for column, values in asked
        for part in chunks(values)
        for row in connection.execute(query.where(column.in_(part)))
    ]
    return {
        row.id: FiledMessage(
            message=row.id,
            ticket=row.ticket,
            identity=row.identity,
            text=row.text,
            subject=row.subject,
            facts=facts_from_json(row.facts, text=row.text),
            verdict=verdict_from_json(row.verdict),
            received_at=row.received_at,
        )
        for row in rows
        if row.facts and row.verdict
    }


def tickets_now(connection: Connection, numbers: Iterable[int]) -> dict[int, TicketNow]:
    """Tickets as they stand, locked in the order of their numbers."""
    names = (
        "number",
        "state",
        "department",
        "priority",
        "subject",
        "tags",
        "flagged",
        "opened_by",
        "decided",
        "solved_at",
    )
    query = select(*(tickets.c[name] for name in names)).order_by(tickets.c.number).with_for_update()
    wanted = sorted(set(numbers))
    corrected = _corrected(connection, wanted)
    return {
        row.number: TicketNow(
            **{
                **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for it
                "state": State(row.state),
                "tags": tuple(orjson.loads(row.tags)),
                "corrected": frozenset(corrected.get(row.number, ())),
            }
        )
        for part in chunks(wanted)
        for row in connection.execute(query.where(tickets.c.number.in_(part)))
    }


def retell(connection: Connection, retold: Sequence[tuple[FiledMessage, Filing]], now: datetime) -> None:
    """Write messages as their filings have them, and the old words into the history."""
    at = to_micros(now)
    people = contacts_of(connection, [filing for _, filing in retold], now)
    _RETELL.run(connection, [_told(filing, old.message) for old, filing in retold])
    INSERT_HISTORY.run(
        connection,
        [
            (old.ticket, at, WHO, "retold", old.text[:LONGEST], storable(filing.interaction.text)[:LONGEST],
             f"message {old.message}")
            for old, filing in retold
        ],
    )  # fmt: skip
    for old, filing in retold:
        if filing.interaction.remote_files:
            remote_files.add(connection, filing.interaction, old.message, old.ticket, at)
    senders = [(old, realm_of(filing.interaction), sender_of(filing.interaction)) for old, filing in retold]
    INSERT_PARTICIPANT.run(connection, sorted({(old.ticket, sender) for old, _, sender in senders if sender}))
    for old, realm, sender in senders:
        if (realm, sender) in people:
            place = tickets.c.number == old.ticket, tickets.c.opened_by == old.message
            connection.execute(update(tickets).where(*place).values(contact=people[realm, sender]))


def change_tickets(
    connection: Connection, changes: Sequence[tuple[TicketNow, TicketNow, str]], now: datetime, who: str = WHO
) -> None:
    """Each ticket as it was and as it shall be, and why. Every change of weight goes into the history."""
    at = to_micros(now)
    _CHANGE.run(connection, [_changed(after) for before, after, _ in changes if before != after])
    events: list[Row] = []
    for before, after, reason in changes:
        if (before.department, before.priority) != (after.department, after.priority):
            was, now_is = (f"{one.department}/{one.priority}" for one in (before, after))
            events.append((after.number, at, who, "retriaged", was, now_is, reason))
        if before.state != after.state:
            events.append((after.number, at, who, "state", before.state.value, after.state.value, reason))
    INSERT_HISTORY.run(connection, events)


def link(connection: Connection, pairs: Sequence[tuple[int, int]], reason: str, now: datetime) -> None:
    at = to_micros(now)
    INSERT_LINK.run(connection, [(one, other, at) for one, other in sorted(pairs)])
    both = [*pairs, *((other, one) for one, other in pairs)]
    INSERT_HISTORY.run(connection, [(one, at, WHO, "linked", None, f"#{other}", reason) for one, other in both])


def _told(filing: Filing, message: int) -> Row:
    said = filing.interaction
    text = storable(said.text)
    return (
        storable(said.sender.address),
        maybe_storable(said.sender.name),
        storable(said.subject),
        text,
        dumps({"recipients": said.recipients} if said.recipients else {}),
        to_micros(said.occurred_at),
        facts_to_json(filing.facts, text=text),
        verdict_to_json(filing.verdict),
        message,
    )


def _changed(after: TicketNow) -> Row:
    solved = to_micros(after.solved_at) if after.solved_at else None
    return (
        after.state.value,
        after.department,
        after.priority,
        storable(after.subject),
        dumps(list(after.tags)),
        after.flagged,
        solved,
        after.decided,
        after.number,
    )


def _corrected(connection: Connection, numbers: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    query = select(history.c.ticket, history.c.what).where(history.c.what.in_(CORRECTABLE))
    for part in chunks(numbers):
        for ticket, what in connection.execute(query.where(history.c.ticket.in_(part))):
            found.setdefault(ticket, set()).add(what)
    return found


def decided_by(filing: Filing) -> str:
    return deciders_to_json(filing.verdict)
