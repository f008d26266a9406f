"""Incidents as documents, in the shapes of contracts.md: one in a ticket, with the children of a storm, and a list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from domain.incident import Incident, Kind
from store.bulk import chunks
from store.incidents import Brood, broods, incident_of
from store.schema_incidents import incidents

Document = dict[str, Any]

MOST_LISTED = 50
"""Children of a storm that are listed; the others are counted."""


def of_tickets(connection: Connection, numbers: Sequence[int]) -> dict[int, Document]:
    """Ticket → its incident, or its storm with the first of its children."""
    place = func.row_number().over(
        partition_by=incidents.c.ticket,
        order_by=(incidents.c.kind.desc(), incidents.c.opened_at, incidents.c.fingerprint, incidents.c.turn),
    )
    numbered = select(*incidents.c, place.label("place"))
    found: dict[int, list[Incident]] = defaultdict(list)
    for chunk in chunks(numbers):
        inner = numbered.where(incidents.c.ticket.in_(chunk)).subquery()
        rows = connection.execute(select(inner).where(inner.c.place <= MOST_LISTED + 1).order_by(inner.c.place))
        for row in rows:
            values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
            del values["place"]
            found[row.ticket].append(incident_of(values))
    stormy = {ticket for ticket, ones in found.items() if ones[0].kind is Kind.STORM}
    counted = broods(connection, stormy)
    return {ticket: _with_children(ones, counted.get(ticket)) for ticket, ones in found.items()}


def listed(connection: Connection, state: str | None, silenced: bool, limit: int) -> list[Document]:  # noqa: FBT001 - what a person asked for
    """Incidents, those last touched first; storms are told by their children."""
    query = select(incidents).where(incidents.c.kind == Kind.ALERT.value)
    if state is not None:
        query = query.where(incidents.c.state == state)
    if silenced:
        query = query.where(incidents.c.silenced_by.is_not(None))
    query = query.order_by(incidents.c.touched_at.desc(), incidents.c.fingerprint).limit(limit)
    return [document(incident_of(dict(row._mapping))) for row in connection.execute(query)]  # noqa: SLF001 - as above


def document(one: Incident) -> Document:
    event, lasted = one.event, one.duration
    return {
        "channel": one.channel,
        "fingerprint": one.fingerprint,
        "ticket": one.ticket,
        "state": one.state.value,
        "source": event.source,
        "name": event.name,
        "summary": event.summary,
        "severity": event.severity,
        "labels": dict(event.labels),
        "runbook": event.runbook,
        "link": event.link,
        "times": one.times,
        "returns": one.returns,
        "started_at": _iso(one.started_at),
        "last_at": _iso(one.last_at),
        "ended_at": _iso(one.ended_at),
        "duration_s": None if lasted is None else round(lasted.total_seconds()),
        "silenced_by": one.silenced_by,
        "silenced_until": _iso(one.due_at),
    }


def _with_children(ones: Sequence[Incident], brood: Brood | None) -> Document:
    if brood is None:
        return {**document(ones[0]), "children": None}
    shown = [document(one) for one in ones[1:]]
    return {**document(ones[0]), "children": {"count": brood.count, "firing": brood.firing, "listed": shown}}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def in_brief(told: Mapping[str, Any] | None) -> Document | None:
    """What a list of tickets shows of it."""
    if told is None:
        return None
    children = told["children"]
    names = ("state", "times", "returns", "last_at", "duration_s")
    return {**{name: told[name] for name in names}, "children": None if children is None else children["count"]}
