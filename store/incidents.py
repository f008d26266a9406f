"""What is known of incidents. Units of work over a connection.

The newest turn of every fingerprint of a batch is locked before anything is decided, in one order, so that the second
of two workers sees what the first has made of it; of an incident that is new to both, the second one fails
(IntegrityError), and looks again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Executable, Row, ScalarSelect, bindparam, case, delete, func, select, update

from domain.alert import AlertEvent, AlertSign
from domain.incident import Burning, Incident, Kind
from domain.ticket import State
from store.bulk import Bulk, Inserter, chunks, parameters
from store.codec import dumps, maybe_storable, storable
from store.moments import to_micros
from store.schema import tickets
from store.schema_incidents import incident_reports, incidents

_MOMENTS = ("started_at", "ended_at", "heard_at", "told_at")
_USUAL = {one.name: None if one.default is MISSING else one.default for one in fields(AlertEvent)}
_CHANGING = (
    "state", "ticket", "message", "times", "returns", "started_at", "episode_at", "ended_at", "last_at", "changed_at",
    "content", "silenced_by", "due_at", "client", "event", "touched_at",
)  # fmt: skip
_WHICH = ("where", "what", "which", "turned")

Key = tuple[str, str, str]
"""Channel, kind, fingerprint."""


def _change(_insert: Inserter) -> Executable:
    place = (
        incidents.c.channel == bindparam("where"),
        incidents.c.kind == bindparam("what"),
        incidents.c.fingerprint == bindparam("which"),
        incidents.c.turn == bindparam("turned"),
    )
    return update(incidents).values(parameters(incidents, _CHANGING)).where(*place)


_ADD = Bulk.insert(incidents)
_CHANGE = Bulk(_change, (*_CHANGING, *_WHICH))
_ADD_REPORT = Bulk.insert(incident_reports)


def newest(connection: Connection, channel: str, wanted: Collection[tuple[str, str]]) -> dict[Key, Incident]:
    """The newest turn of each (kind, fingerprint), locked."""
    found: dict[Key, Incident] = {}
    by_kind = {kind: sorted(print_ for one, print_ in wanted if one == kind) for kind in Kind}
    for kind, fingerprints in by_kind.items():
        query = select(incidents).where(incidents.c.channel == channel, incidents.c.kind == kind.value)
        query = query.where(incidents.c.turn == _last_turn()).order_by(incidents.c.fingerprint)
        query = query.with_for_update(of=incidents)
        for chunk in chunks(fingerprints):
            for row in connection.execute(query.where(incidents.c.fingerprint.in_(chunk))):
                incident = _incident(row)
                found[incident.key] = incident
    return found


def _last_turn() -> ScalarSelect[int]:
    other = incidents.alias()
    same = (other.c[name] == incidents.c[name] for name in ("channel", "kind", "fingerprint"))
    return select(func.max(other.c.turn)).where(*same).correlate(incidents).scalar_subquery()


def storms_of(connection: Connection, numbers: Collection[int]) -> dict[int, Incident]:
    """Ticket → the storm whose ticket it is, locked."""
    query = select(incidents).where(incidents.c.kind == Kind.STORM.value).order_by(incidents.c.fingerprint)
    rows = (
        row
        for chunk in chunks(sorted(numbers))
        for row in connection.execute(query.where(incidents.c.ticket.in_(chunk)).with_for_update())
    )
    return {row.ticket: _incident(row) for row in rows}


def told_already(connection: Connection, identities: Collection[str]) -> dict[str, int | None]:
    """Identity → ticket of the reports that were counted before."""
    query = select(incident_reports.c.identity, incident_reports.c.ticket)
    return {
        row.identity: row.ticket
        for chunk in chunks(sorted(identities))
        for row in connection.execute(query.where(incident_reports.c.identity.in_(chunk)))
    }


def states_of(connection: Connection, numbers: Collection[int]) -> dict[int, State]:
    query = select(tickets.c.number, tickets.c.state)
    rows = (
        row for chunk in chunks(sorted(numbers)) for row in connection.execute(query.where(tickets.c.number.in_(chunk)))
    )
    return {row.number: State(row.state) for row in rows}


def opened_since(
    connection: Connection, channel: str, group: str, since: datetime, *, beside: int | None, limit: int
) -> list[Incident]:
    """The last incidents of a group that have tickets, but not the ticket `beside`; what another worker is just
    writing on is left out."""
    query = select(incidents).where(incidents.c.channel == channel, incidents.c.group == group)
    query = query.where(incidents.c.kind == Kind.ALERT.value, incidents.c.opened_at >= since)
    query = query.where(incidents.c.ticket.is_not(None), incidents.c.ticket != (beside or 0))
    query = query.order_by(incidents.c.opened_at.desc()).limit(limit).with_for_update(skip_locked=True)
    return [_incident(row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brood:
    """The children of a storm."""

    count: int = 0
    firing: int = 0
    times: int = 0
    last_at: datetime | None = None
    ended_at: datetime | None = None


def broods(connection: Connection, numbers: Collection[int]) -> dict[int, Brood]:
    """Ticket → its incidents, storms apart."""
    columns = incidents.c
    firing = func.sum(case((columns.state == Burning.FIRING.value, 1), else_=0))
    latest = func.max(columns.last_at), func.max(columns.ended_at)
    query = select(columns.ticket, func.count(), firing, func.sum(columns.times), *latest)
    query = query.where(columns.kind == Kind.ALERT.value)
    return {
        row[0]: Brood(count=row[1], firing=int(row[2]), times=int(row[3]), last_at=row[4], ended_at=row[5])
        for chunk in chunks(sorted(numbers))
        for row in connection.execute(query.where(columns.ticket.in_(chunk)).group_by(columns.ticket))
    }


def keep(connection: Connection, new: Iterable[Incident], changed: Iterable[Incident], now: datetime) -> None:
    at = to_micros(now)
    _ADD.run(connection, sorted((_new(one, at) for one in new), key=lambda row: row[:4]))
    _CHANGE.run(
        connection,
        sorted(((*_changing(one, at), *map(storable, one.key), one.turn) for one in changed), key=lambda row: row[-4:]),
    )


def note_reports(connection: Connection, told: Mapping[str, int | None], now: datetime) -> None:
    """Identity → ticket of what is counted now."""
    at = to_micros(now)
    _ADD_REPORT.run(connection, [(storable(one), ticket, at) for one, ticket in sorted(told.items())])


def due(connection: Connection, now: datetime, limit: int) -> list[Incident]:
    """What still burns and whose maintenance window is over, oldest first."""
    query = select(incidents).where(incidents.c.due_at <= now).order_by(incidents.c.due_at).limit(limit)
    return [_incident(row) for row in connection.execute(query)]


def postpone(connection: Connection, found: Iterable[Incident], until: datetime) -> None:
    """They are seen to; if nothing comes of it they are due again then."""
    for one in found:
        place = incidents.c.channel == one.channel, incidents.c.fingerprint == one.fingerprint
        which = incidents.c.kind == one.kind.value, incidents.c.turn == one.turn, incidents.c.due_at.is_not(None)
        connection.execute(update(incidents).where(*place, *which).values(due_at=until))


def forget(connection: Connection, reports_before: datetime, incidents_before: datetime, step: int = 500) -> int:
    """Remove at most `step` reports and incidents of long ago; their tickets stay. Returns how many."""
    old = select(incident_reports.c.identity).where(incident_reports.c.at < reports_before).limit(step)
    gone = connection.execute(delete(incident_reports).where(incident_reports.c.identity.in_(old))).rowcount
    columns = (incidents.c.channel, incidents.c.kind, incidents.c.fingerprint, incidents.c.turn)
    query = select(*columns).where(incidents.c.touched_at < incidents_before, incidents.c.ticket.is_(None)).limit(step)
    for row in connection.execute(query).all():
        place = (column == value for column, value in zip(columns, row, strict=True))
        gone += connection.execute(delete(incidents).where(*place)).rowcount
    return gone


def count_burning(connection: Connection) -> dict[tuple[str, str], int]:
    """(channel, firing or silenced) → incidents."""
    muted = case((incidents.c.silenced_by.is_not(None), "silenced"), else_="firing")
    query = select(incidents.c.channel, muted, func.count()).where(incidents.c.state == Burning.FIRING.value)
    query = query.where(incidents.c.kind == Kind.ALERT.value).group_by(incidents.c.channel, muted)
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def event_to_json(event: AlertEvent) -> str:
    """Only what it says."""
    values = {one: getattr(event, one) for one in _USUAL}
    return dumps({one: value for one, value in values.items() if value != _USUAL[one]})


def event_from_json(document: str | bytes) -> AlertEvent:
    values = orjson.loads(document)
    for moment in _MOMENTS:
        if moment in values:
            values[moment] = datetime.fromisoformat(values[moment])
    labels = tuple((name, value) for name, value in values.get("labels", ()))
    told = {"labels": labels, "problems": tuple(values.get("problems", ())), "sign": AlertSign(values["sign"])}
    return AlertEvent(**{**values, **told})


def _incident(row: Row[Any]) -> Incident:
    return incident_of(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public name for it


def incident_of(values: dict[str, Any]) -> Incident:
    """`values` of a row, by column."""
    told = {"kind": Kind(values["kind"]), "state": Burning(values["state"]), "event": event_from_json(values["event"])}
    return Incident(**{**{name: value for name, value in values.items() if name != "touched_at"}, **told})


def _new(one: Incident, at: int) -> tuple[Any, ...]:
    values = {
        "channel": one.channel, "kind": one.kind.value, "fingerprint": storable(one.fingerprint), "turn": one.turn,
        "opened_at": to_micros(one.opened_at), "group": storable(one.group),
        **dict(zip(_CHANGING, _changing(one, at), strict=True)),
    }  # fmt: skip
    return tuple(values[column.name] for column in incidents.columns)


def _changing(one: Incident, at: int) -> tuple[Any, ...]:
    return (
        one.state.value, one.ticket, one.message, one.times, one.returns, to_micros(one.started_at),
        to_micros(one.episode_at), _micros(one.ended_at), _micros(one.last_at), to_micros(one.changed_at), one.content,
        maybe_storable(one.silenced_by), _micros(one.due_at), maybe_storable(one.client), event_to_json(one.event), at,
    )  # fmt: skip


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)
