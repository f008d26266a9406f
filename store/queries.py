"""What people, scripts and figures read of the ticket store. Units of work over a connection; all run read-only."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from domain.facts import Facts
from domain.ticket import State
from store.codec import facts_from_json, maybe_storable, verdict_from_json
from store.documents import Document, summaries, ticket_documents
from store.incident_documents import in_brief
from store.schema import messages, ticket_referrals, tickets

PAGE = 200
"""Tickets that `export` reads at a time."""


def ticket(connection: Connection, number: int) -> Document | None:
    """The document of `balcao tickets show --json`."""
    rows = connection.execute(select(tickets).where(tickets.c.number == number)).all()
    return next(iter(ticket_documents(connection, rows)), None)


def list_tickets(
    connection: Connection, department: str | None, priority: str | None, state: str | None, limit: int
) -> list[Document]:
    """Newest first, without messages, verdict and history. A department sees its own and what is referred to it."""
    department, wanted = maybe_storable(department), {"priority": priority, "state": state}
    query = select(tickets).order_by(tickets.c.number.desc()).limit(limit)
    if department is not None:
        referred = select(ticket_referrals.c.ticket).where(ticket_referrals.c.department == department)
        query = query.where(or_(tickets.c.department == department, tickets.c.number.in_(referred)))
    for name, value in wanted.items():
        if value is not None:
            query = query.where(tickets.c[name] == value)
    found = summaries(connection, connection.execute(query).all())
    return [{**one, "incident": in_brief(one["incident"])} for one in found]


def export(connection: Connection, since: datetime | None) -> Iterator[Document]:
    """Every ticket opened at or after `since`, in full, by number; read in pages while it is consumed."""
    for rows in _pages(connection, since):
        yield from ticket_documents(connection, rows)


def overview(connection: Connection, since: datetime | None) -> Iterator[Document]:
    """The same tickets, without messages, verdict and history."""
    for rows in _pages(connection, since):
        yield from summaries(connection, rows)


def _pages(connection: Connection, since: datetime | None) -> Iterator[list[Row[Any]]]:
    query = select(tickets).order_by(tickets.c.number).limit(PAGE)
    if since is not None:
        query = query.where(tickets.c.opened_at >= since)
    last = 0
    while rows := list(connection.execute(query.where(tickets.c.number > last)).all()):
        yield rows
        last = rows[-1].number


def standing_of(connection: Connection, number: int) -> tuple[str, tuple[str, ...]] | None:
    """State of the ticket, and the questions that were asked of whoever opened it."""
    opened = tickets.outerjoin(messages, tickets.c.opened_by == messages.c.id)
    query = select(tickets.c.state, messages.c.verdict).select_from(opened).where(tickets.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    questions = verdict_from_json(row.verdict).questions if row.verdict else ()
    return row.state, tuple(question.text for question in questions)


def counts(connection: Connection) -> dict[tuple[State, str], int]:
    """Tickets by (state, department)."""
    query = select(tickets.c.state, tickets.c.department, func.count()).group_by(tickets.c.state, tickets.c.department)
    return {(State(state), department): count for state, department, count in connection.execute(query)}


def opening_facts(connection: Connection, number: int) -> Facts | None:
    """What triage saw when it opened the ticket; None when there is no such ticket."""
    opening = select(messages.c.facts, messages.c.text).join(tickets, tickets.c.opened_by == messages.c.id)
    row = connection.execute(opening.where(tickets.c.number == number)).one_or_none()
    return None if row is None or row.facts is None else facts_from_json(row.facts, text=row.text)
