"""Tickets as they were decided, for trying other rules on them. Units of work over a connection; all run read-only.

    span ─▶ slices by ticket number ─▶ pasts of one slice, in a short transaction each

A slice is read at once and its snapshot given back: a reader that stays would keep SQLite's log from being
checkpointed and PostgreSQL from cleaning up, under a daemon that goes on writing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from domain.past import CORRECTABLE, Past
from store.codec import facts_from_json, verdict_from_json
from store.schema import history, messages, tickets

SLICE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Tickets numbered `first` to `last`, of them those opened at or after `since`; `count` at the time of looking."""

    first: int
    last: int
    count: int
    since: datetime | None = None

    def slices(self) -> Iterator["Span"]:
        for first in range(self.first, self.last + 1, SLICE):
            last = min(first + SLICE - 1, self.last)
            yield Span(first=first, last=last, count=last - first + 1, since=self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """`unreadable`: tickets whose facts or verdict are missing or damaged."""

    pasts: tuple[Past, ...]
    unreadable: tuple[int, ...]


def span(connection: Connection, *, since: datetime | None = None, newest: int | None = None) -> Span | None:
    """The tickets opened since then, or the `newest` so many; None when there are none."""
    chosen = select(tickets.c.number, tickets.c.opened_at)
    if since is not None:
        chosen = chosen.where(tickets.c.opened_at >= since)
    if newest is not None:
        chosen = chosen.order_by(tickets.c.number.desc()).limit(newest)
    number = chosen.subquery().c.number
    first, last, count = connection.execute(select(func.min(number), func.max(number), func.count(number))).one()
    return Span(first=first, last=last, count=count, since=since) if count else None


def pasts(connection: Connection, span: Span) -> Slice:
    """By ticket number."""
    query = (
        select(tickets.c.number, tickets.c.opened_at, messages.c.facts, messages.c.text, messages.c.verdict)
        .join(messages, messages.c.id == tickets.c.opened_by)
        .where(tickets.c.number.between(span.first, span.last))
        .order_by(tickets.c.number)
    )
    if span.since is not None:
        query = query.where(tickets.c.opened_at >= span.since)
    corrected = corrections(connection, span)
    found: list[Past] = []
    unreadable: list[int] = []
    for row in connection.execute(query).mappings():
        past = _past(row, corrected.get(row["number"], {}))
        if past is None:
            unreadable.append(row["number"])
        else:
            found.append(past)
    return Slice(pasts=tuple(found), unreadable=tuple(unreadable))


def corrections(connection: Connection, span: Span) -> dict[int, dict[str, str]]:
    """Ticket → field → what people left it with. Moved away and back again is no correction."""
    moves = (
        select(history.c.ticket, history.c.what, history.c["from"], history.c.to)
        .where(history.c.ticket.between(span.first, span.last), history.c.what.in_(CORRECTABLE))
        .order_by(history.c.ticket, history.c.id)
    )
    before: dict[tuple[int, str], str] = {}
    after: dict[int, dict[str, str]] = {}
    for ticket, what, left, right in connection.execute(moves):
        if before.setdefault((ticket, what), left) == right:
            after.get(ticket, {}).pop(what, None)
        else:
            after.setdefault(ticket, {})[what] = right
    return after


def _past(row: RowMapping, corrected: Mapping[str, str]) -> Past | None:
    try:
        facts = facts_from_json(row["facts"], text=row["text"])
        verdict = verdict_from_json(row["verdict"])
    except (TypeError, ValueError, KeyError):
        return None
    return Past(number=row["number"], opened_at=row["opened_at"], facts=facts, verdict=verdict, corrected=corrected)
