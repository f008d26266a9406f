"""What was finished long ago is forgotten by age. Units of work over a connection, each one small step.

    facts         what rules saw of a message; its text and its verdict stay
    attachments   files of tickets that have been finished for so long; the messages stay
    tickets       finished tickets altogether, and contacts that are left without any
    marks         addresses that failed, or became others, and that no contact and no ticket has any more

Finished is a ticket that is solved or closed, and on which nobody has written since.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, exists, func, or_, select, tuple_, update

from domain.ticket import State
from store import call_removing, receipts
from store.erasures import history_open
from store.naming import unname_contents
from store.rows import WHO
from store.schema import (
    address_changes,
    attachments,
    contact_addresses,
    contact_merges,
    contacts,
    failing_addresses,
    history,
    messages,
    outbox,
    ticket_participants,
    tickets,
)
from store.schema_base import metadata
from store.schema_calls import calls
from store.schema_chat import chat_events

FACTS, TICKETS, MARKS = 500, 50, 500
"""At most so many in one step."""
_OVER = (State.SOLVED.value, State.CLOSED.value)


def forget_facts(connection: Connection, before: datetime, after: int) -> int | None:
    """Of messages after that number. The last of them that was looked at; None when there are no more."""
    old = select(messages.c.id).where(messages.c.id > after, messages.c.received_at < before)
    old = old.where(messages.c.facts.is_not(None)).order_by(messages.c.id).limit(FACTS)
    ids = list(connection.execute(old).scalars())
    connection.execute(update(messages).where(messages.c.id.in_(ids)).values(facts=None))
    return ids[-1] if ids else None


def forget_attachments(connection: Connection, before: datetime, now: datetime) -> int:
    """Returns of how many tickets; 0 means that it is done."""
    named = exists().where(messages.c.ticket == tickets.c.number, attachments.c.message == messages.c.id)
    numbers = _numbers(connection, before, named)
    for number in numbers:
        ids = _messages_of(connection, [number])
        count = unname_contents(connection, ids, now)
        row = {"ticket": number, "at": now, "who": WHO, "what": "forgotten", "to": f"{count} attachments"}
        connection.execute(history.insert().values(row))
    return len(numbers)


def forget_tickets(connection: Connection, before: datetime, now: datetime) -> int:
    """With all that hangs on them. Returns how many; 0 means that it is done."""
    numbers = _numbers(connection, before)
    if not numbers:
        return 0
    with history_open(connection):
        people = select(tickets.c.contact).where(tickets.c.number.in_(numbers)).distinct()
        whose = [one for one in connection.execute(people).scalars() if one is not None]
        ids = _messages_of(connection, numbers)
        unname_contents(connection, ids, now)
        _remove_beside(connection, numbers, ids)
        for table in reversed(metadata.sorted_tables):
            for column in _columns_to(table.columns, messages.c.id):
                connection.execute(delete(table).where(column.in_(ids)))
            for column in _columns_to(table.columns, tickets.c.number):
                connection.execute(delete(table).where(column.in_(numbers)))
        connection.execute(delete(tickets).where(tickets.c.number.in_(numbers)))
        _remove_contacts(connection, whose)
    return len(numbers)


def forget_marks(connection: Connection, before: datetime, now: datetime) -> int:  # noqa: ARG001 - a step as the others
    """Returns how many; 0 means that it is done. What is younger stays: it still keeps an answer from going astray."""
    return sum(
        _forget_marks(connection, table, told < before, written)
        for table, told, written in (
            (failing_addresses, failing_addresses.c.last, (failing_addresses.c.address,)),
            (address_changes, address_changes.c.at, (address_changes.c.old_way, address_changes.c.new_way)),
        )
    )


def _forget_marks(
    connection: Connection, table: Table, old: ColumnElement[bool], written: Sequence[Column[Any]]
) -> int:
    key = tuple(table.primary_key)
    gone = [
        func.lower(way).not_in(select(known))
        for known in (contact_addresses.c.address, ticket_participants.c.address)
        for way in written
    ]
    query = select(*key).where(old, *gone).order_by(*key).limit(MARKS)
    found = [tuple(row) for row in connection.execute(query)]
    connection.execute(delete(table).where(tuple_(*key).in_(found)))
    return len(found)


def _numbers(connection: Connection, before: datetime, *more: ColumnElement[bool]) -> list[int]:
    since = func.coalesce(tickets.c.solved_at, tickets.c.opened_at)
    later = exists().where(messages.c.ticket == tickets.c.number, messages.c.received_at >= before)
    query = select(tickets.c.number).where(tickets.c.state.in_(_OVER), since < before, ~later, *more)
    return list(connection.execute(query.order_by(tickets.c.number).limit(TICKETS)).scalars())


def _messages_of(connection: Connection, numbers: Sequence[int]) -> list[int]:
    return list(connection.execute(select(messages.c.id).where(messages.c.ticket.in_(numbers))).scalars())


def _remove_beside(connection: Connection, numbers: Sequence[int], ids: Sequence[int]) -> None:
    """What knows tickets and messages by other names than their keys."""
    sent = select(outbox.c.id, outbox.c.channel, outbox.c.remote_id).where(outbox.c.ticket.in_(numbers))
    rows = connection.execute(sent).all()
    receipts.forget(connection, rows)
    told = or_(chat_events.c.message.in_(ids), chat_events.c.outgoing.in_([row.id for row in rows]))
    connection.execute(delete(chat_events).where(told))
    call_removing.remove(connection, calls.c.ticket.in_(numbers))


def _columns_to(columns: Iterable[Column[Any]], key: Column[Any]) -> list[Column[Any]]:
    return [column for column in columns if any(foreign.column is key for foreign in column.foreign_keys)]


def _remove_contacts(connection: Connection, numbers: Sequence[int]) -> None:
    """Those that no ticket is left of, with what was merged into them."""
    for number in numbers:
        family = [number, *connection.execute(select(contacts.c.id).where(contacts.c.merged_into == number)).scalars()]
        if connection.execute(select(tickets.c.number).where(tickets.c.contact.in_(family)).limit(1)).first() is None:
            merges = or_(contact_merges.c.kept.in_(family), contact_merges.c.merged.in_(family))
            connection.execute(delete(contact_merges).where(merges))
            connection.execute(delete(contact_addresses).where(contact_addresses.c.contact.in_(family)))
            connection.execute(delete(contacts).where(contacts.c.id.in_(family)))
