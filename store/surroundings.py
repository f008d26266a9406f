"""What a batch must know of the ticket store before it is placed, in a handful of queries."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from domain.surroundings import Lookup, Surroundings
from domain.ticket import KnownTicket, State
from store.bulk import chunks
from store.codec import storable
from store.schema import ack_budget, ack_texts, conversations, messages, outbox, ticket_participants, tickets

MOST_TEXTS = 500
MOST_OF_ALL = 100
LATEST = 32
"""Messages of a ticket among which the last one said is looked for: they may have been filed in another order."""


def surroundings(connection: Connection, lookup: Lookup) -> Surroundings:
    """Answer `lookup`; what is not there is left out."""
    filed: dict[str, int] = dict(
        _rows(connection, select(messages.c.identity, messages.c.ticket), messages.c.identity, lookup.identities)
    )
    talks = _by_pair(
        connection,
        select(conversations.c.channel, conversations.c.key, conversations.c.ticket),
        (conversations.c.channel, conversations.c.key),
        lookup.conversations,
    )
    holders = _message_ids(connection, lookup.message_ids)
    named = {*filed.values(), *talks.values(), *lookup.ticket_numbers, *(n for held in holders.values() for n in held)}
    spent = _by_pair(
        connection,
        select(ack_budget.c.scope, ack_budget.c.key, ack_budget.c.spent).where(ack_budget.c.period == lookup.period),
        (ack_budget.c.scope, ack_budget.c.key),
        lookup.budgets,
    )
    return Surroundings(
        acknowledged=_acknowledged(connection, lookup),
        filed=filed,
        conversations=talks,
        message_ids=holders,
        tickets=known_tickets(connection, named, last_said(connection, set(talks.values()))),
        spent=spent,
    )


def last_said(connection: Connection, numbers: Iterable[int]) -> dict[int, datetime]:
    """When something was last said on these tickets, by either side."""
    latest = select(messages.c.occurred_at).where(messages.c.ticket == tickets.c.number)
    latest = latest.order_by(messages.c.id.desc()).limit(LATEST)
    last = select(func.max(latest.correlate(tickets).subquery().c.occurred_at)).scalar_subquery()
    return dict(_rows(connection, select(tickets.c.number, last), tickets.c.number, sorted(numbers)))


def known_tickets(
    connection: Connection, numbers: Iterable[int], last: Mapping[int, datetime]
) -> dict[int, KnownTicket]:
    wanted = sorted(numbers)
    participants: dict[int, set[str]] = {}
    people = select(ticket_participants.c.ticket, ticket_participants.c.address)
    for number, address in _rows(connection, people, ticket_participants.c.ticket, wanted):
        participants.setdefault(number, set()).add(address)
    query = select(tickets.c.number, tickets.c.state, tickets.c.department, tickets.c.priority, tickets.c.opened_at)
    counting = select(messages.c.ticket, func.count()).group_by(messages.c.ticket)
    counts = dict(_rows(connection, counting, messages.c.ticket, wanted))
    return {
        number: KnownTicket(
            number=number,
            state=State(state),
            department=department,
            priority=priority,
            participants=frozenset(participants.get(number, ())),
            opened_at=opened_at,
            messages=counts.get(number, 0),
            last_at=last.get(number),
        )
        for number, state, department, priority, opened_at in _rows(connection, query, tickets.c.number, wanted)
    }


def _message_ids(connection: Connection, wanted: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Ticket numbers ascend with time, so the smallest is the oldest."""
    keys = sorted(wanted)
    found: dict[str, set[int]] = {}
    for table in (messages, outbox):
        query = select(table.c.message_id, table.c.ticket)
        for message_id, ticket in _rows(connection, query, table.c.message_id, keys):
            found.setdefault(message_id, set()).add(ticket)
    return {message_id: tuple(sorted(held)) for message_id, held in found.items()}


def _acknowledged(connection: Connection, lookup: Lookup) -> tuple[tuple[str, str], ...]:
    if lookup.since is None:
        return ()
    recent = select(ack_texts.c.id, ack_texts.c.scope, ack_texts.c.letters).where(ack_texts.c.at >= lookup.since)
    recent = recent.order_by(ack_texts.c.id.desc())
    found: dict[int, tuple[str, str]] = {}
    for chunk in chunks(sorted(map(storable, lookup.scopes))):
        rows = connection.execute(recent.where(ack_texts.c.scope.in_(chunk)).limit(MOST_TEXTS))
        found.update((row.id, (row.scope, row.letters)) for row in rows)
    if lookup.any_scope:
        rows = connection.execute(recent.limit(MOST_OF_ALL))
        found.update((row.id, (row.scope, row.letters)) for row in rows)
    return tuple(found.values())


def _by_pair(
    connection: Connection,
    query: Select[tuple[str, str, int]],
    columns: tuple[Column[str], Column[str]],
    pairs: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], int]:
    """One query per first half: there are few channels and scopes, and each uses the index."""
    first_column, second_column = columns
    found = {}
    for first, group in groupby(sorted(pairs), key=lambda pair: pair[0]):
        of_first = query.where(first_column == first)
        for one, two, value in _rows(connection, of_first, second_column, [second for _, second in group]):
            found[one, two] = value
    return found


def _rows(
    connection: Connection, query: Select[Any], column: Column[Any], values: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    # What could not have been stored is not looked for: PostgreSQL refuses a NUL even in a question.
    sane = [value for value in values if not isinstance(value, str) or storable(value) is value]
    for chunk in chunks(sane):
        yield from connection.execute(query.where(column.in_(chunk)))
