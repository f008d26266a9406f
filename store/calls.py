"""What is known of telephone calls. Units of work over a connection.

    call_ids   every id of a call ─▶ its root      two calls that turn out to be one keep the root that was filed first
    call_events   a set: told twice, kept once
    calls         the message it became, if it did; whose number; when it is due

Two workers may hear of one call at once. Its row is locked before its events are read, so that the second one sees
what the first has written; of a call that is new to both, the second one fails, and looks again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime

import orjson
from sqlalchemy import Connection, Executable, bindparam, case, delete, exists, func, select, update

from domain.call import CallEvent, Sign
from domain.call_merging import leading
from store.bulk import Bulk, Inserter, chunks, parameters
from store.codec import dumps
from store.moments import to_micros
from store.schema import attachments
from store.schema_calls import call_events, call_ids, calls

MOST_EVENTS = 1000
"""Of one call that are kept; a system that tells more has gone mad."""
_MOMENTS = ("at", "started_at", "answered_at", "ended_at")
_USUAL = {one.name: None if one.default is MISSING else one.default for one in fields(CallEvent)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """`others`: tickets of messages that turned out to be this call as well."""

    channel: str
    root: str
    events: tuple[CallEvent, ...]
    ticket: int | None = None
    message: int | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is written of a call once its events have been looked at."""

    channel: str
    root: str
    contact: str | None
    started_at: datetime | None
    missed: bool
    returned: bool
    due_at: datetime | None
    ticket: int | None
    message: int | None


def _change(_insert: Inserter) -> Executable:
    names = ("ticket", "message", "contact", "started_at", "missed", "returned", "due_at", "touched_at")
    place = calls.c.channel == bindparam("where"), calls.c.root == bindparam("which")
    return update(calls).values(parameters(calls, names)).where(*place)


_ADD_ID = Bulk.insert(call_ids)
_ADD_CALL = Bulk.insert(calls)
_ADD_EVENT = Bulk.insert(call_events)
_CHANGE = Bulk(
    _change,
    ("ticket", "message", "contact", "started_at", "missed", "returned", "due_at", "touched_at", "where", "which"),
)


def remember(connection: Connection, channel: str, told: Sequence[CallEvent], now: datetime) -> list[StoredCall]:
    """Add what is told now; returns each call it is about with all that is known of it, and locks its row.

    IntegrityError passes through: another worker heard of the same call for the first time; look again.
    """
    ids = sorted({one for event in told for one in event.ids})
    known = _roots(connection, channel, ids)
    rows = _locked(connection, channel, sorted(set(known.values())))
    roots = _one_root_each(told, known, rows)
    _ADD_ID.run(connection, [(channel, one, roots[one]) for one in ids if one not in known])
    new = sorted({root for root in roots.values() if root not in rows})
    _ADD_CALL.run(
        connection, [(channel, root, None, None, None, None, False, False, None, to_micros(now)) for root in new]
    )
    others = _united(connection, channel, {old: roots[old] for old in rows if roots[old] != old}, rows)
    events = _with_new(connection, channel, told, roots)
    return [
        StoredCall(
            channel=channel,
            root=root,
            events=tuple(events[root].values()),
            ticket=rows[root].ticket if root in rows else None,
            message=rows[root].message if root in rows else None,
            others=tuple(others.get(root, ())),
        )
        for root in sorted(events)
    ]


def keep(connection: Connection, standings: Iterable[Standing], now: datetime) -> None:
    at = to_micros(now)
    rows = [
        (one.ticket, one.message, one.contact, _micros(one.started_at), one.missed, one.returned, _micros(one.due_at),
         at, one.channel, one.root)
        for one in standings
    ]  # fmt: skip
    _CHANGE.run(connection, rows)


def missed_since(
    connection: Connection, channel: str, contacts: Iterable[str], since: datetime
) -> Iterator[tuple[str, str, datetime]]:
    """Number, root and beginning of the calls of these numbers that nobody took."""
    query = select(calls.c.contact, calls.c.root, calls.c.started_at)
    query = query.where(calls.c.channel == channel, calls.c.missed, calls.c.started_at >= since)
    for chunk in chunks(sorted(contacts)):
        yield from (tuple(row) for row in connection.execute(query.where(calls.c.contact.in_(chunk))))


def called_back(connection: Connection, numbers: Iterable[int]) -> dict[int, bool]:
    """Of tickets that hold a missed call: whether the customer was reached after the last of them."""
    last = {name: func.max(case((calls.c[name], calls.c.started_at))).label(name) for name in ("missed", "returned")}
    query = select(calls.c.ticket, *last.values()).group_by(calls.c.ticket)
    found = (
        row for chunk in chunks(sorted(numbers)) for row in connection.execute(query.where(calls.c.ticket.in_(chunk)))
    )
    return {row.ticket: row.returned is not None and row.returned >= row.missed for row in found if row.missed}


def overdue(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Channel and root of calls that have rung for too long, oldest first."""
    query = select(calls.c.channel, calls.c.root).where(calls.c.due_at <= now).order_by(calls.c.due_at).limit(limit)
    return [(row[0], row[1]) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A call whose recording is attached to its message."""

    channel: str
    root: str
    sha256: str
    content_type: str
    size: int


def recorded(connection: Connection, channels: Sequence[str], since: datetime, limit: int) -> list[Recorded]:
    """Calls with a recording that nobody has written down yet, oldest first."""
    written_down = (
        select(call_events.c.digest)
        .where(call_events.c.channel == calls.c.channel, call_events.c.root == calls.c.root)
        .where(call_events.c.event.contains('"transcript":', autoescape=True))
    )
    query = (
        select(calls.c.channel, calls.c.root, attachments.c.sha256, attachments.c.content_type, attachments.c.size)
        .join(attachments, attachments.c.message == calls.c.message)
        .where(calls.c.channel.in_(channels), calls.c.touched_at >= since, ~exists(written_down))
        .where(attachments.c.content_type.startswith("audio/"))
        .order_by(calls.c.touched_at)
        .limit(limit)
    )
    return [Recorded(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def postpone(connection: Connection, found: Iterable[tuple[str, str]], until: datetime) -> None:
    """They are seen to; if nothing comes of it they are due again then."""
    for channel, root in found:
        place = calls.c.channel == channel, calls.c.root == root
        connection.execute(update(calls).where(*place, calls.c.due_at.is_not(None)).values(due_at=until))


@dataclass(frozen=True, slots=True)
class _Row:
    ticket: int | None
    message: int | None


def _roots(connection: Connection, channel: str, ids: Sequence[str]) -> dict[str, str]:
    query = select(call_ids.c.id, call_ids.c.root).where(call_ids.c.channel == channel)
    rows = (row for chunk in chunks(ids) for row in connection.execute(query.where(call_ids.c.id.in_(chunk))))
    return {row[0]: row[1] for row in rows}


def _locked(connection: Connection, channel: str, roots: Sequence[str]) -> dict[str, _Row]:
    query = select(calls.c.root, calls.c.ticket, calls.c.message).where(calls.c.channel == channel)
    query = query.order_by(calls.c.root).with_for_update()
    rows = (row for chunk in chunks(roots) for row in connection.execute(query.where(calls.c.root.in_(chunk))))
    return {row[0]: _Row(row[1], row[2]) for row in rows}


def _one_root_each(told: Sequence[CallEvent], known: Mapping[str, str], rows: Mapping[str, _Row]) -> dict[str, str]:
    """id → root, roots that are there included. Of several the one that was filed first stays; a new one is its id."""
    leader: dict[str, str] = {}
    for one, root in known.items():
        leader[leading(leader, one)] = leading(leader, root)
    for event in told:
        for other in event.ids[1:]:
            leader[leading(leader, other)] = leading(leader, event.ids[0])
    candidates: dict[str, list[str]] = defaultdict(list)
    for root in sorted(rows, key=lambda root: (rows[root].message is None, rows[root].message or 0, root)):
        candidates[leading(leader, root)].append(root)
    for event in told:
        candidates[leading(leader, event.ids[0])].append(event.ids[0])
    return {one: candidates[leading(leader, one)][0] for one in list(leader)}


def _united(
    connection: Connection, channel: str, moves: Mapping[str, str], rows: Mapping[str, _Row]
) -> dict[str, list[int]]:
    """Calls that turned out to be one: ids and events go to the root that stays. Root → tickets of the others."""
    others: dict[str, list[int]] = defaultdict(list)
    for old, new in sorted(moves.items()):
        ticket = rows[old].ticket
        if ticket is not None and ticket != (rows[new].ticket if new in rows else None):
            others[new].append(ticket)
        place = call_events.c.channel == channel, call_events.c.root == old
        told = connection.execute(select(call_events.c.digest).where(*place)).scalars()
        there = call_events.c.channel == channel, call_events.c.root == new
        twice = set(connection.execute(select(call_events.c.digest).where(*there)).scalars()).intersection(told)
        connection.execute(delete(call_events).where(*place, call_events.c.digest.in_(twice)))
        connection.execute(update(call_events).where(*place).values(root=new))
        connection.execute(
            update(call_ids).where(call_ids.c.channel == channel, call_ids.c.root == old).values(root=new)
        )
        connection.execute(delete(calls).where(calls.c.channel == channel, calls.c.root == old))
    return others


def _with_new(
    connection: Connection, channel: str, told: Sequence[CallEvent], roots: Mapping[str, str]
) -> dict[str, dict[str, CallEvent]]:
    """Root → digest → event, of all calls that are told of; what is new among them is written down."""
    found: dict[str, dict[str, CallEvent]] = {roots[event.ids[0]]: {} for event in told}
    query = select(call_events.c.root, call_events.c.digest, call_events.c.event)
    for chunk in chunks(sorted(found)):
        rows = connection.execute(query.where(call_events.c.channel == channel, call_events.c.root.in_(chunk)))
        for root, digest, document in rows:
            found[root][digest] = event_from_json(document)
    fresh = []
    for event in told:
        root, document = roots[event.ids[0]], event_to_json(event)
        digest = hashlib.sha256(document.encode()).hexdigest()[:32]
        if digest not in found[root]:
            found[root][digest] = event
            if len(found[root]) <= MOST_EVENTS:
                fresh.append((channel, root, digest, document))
    _ADD_EVENT.run(connection, sorted(fresh))
    return found


def event_to_json(event: CallEvent) -> str:
    """Only what it says."""
    values = {one: getattr(event, one) for one in _USUAL}
    return dumps({one: value for one, value in values.items() if value != _USUAL[one]})


def event_from_json(document: str) -> CallEvent:
    values = orjson.loads(document)
    for moment in _MOMENTS:
        if moment in values:
            values[moment] = datetime.fromisoformat(values[moment])
    lists = {name: tuple(values[name]) for name in ("ids", "problems") if name in values}
    return CallEvent(**{**values, **lists, "sign": Sign(values["sign"])})


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)
