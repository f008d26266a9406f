"""What people, figures and senders ask of the journal; nothing here reads a payload or writes."""

from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, func, select

from domain.raw import UNFINISHED, Fate, JournalEntry, RawInteraction, Whereabouts
from store.journal_schema import NOT_DONE, raw, raw_payloads
from store.raw_ids import to_numbers, to_text

LOOK_BACK = 50_000
"""Entries among which the last one of each channel is looked for: 20 ms."""


class ChannelQueue(NamedTuple):
    """`last`: when the newest came; `waiting`: how many nobody has finished, the oldest of them from `oldest`."""

    last: datetime | None
    waiting: int
    oldest: datetime | None


def counts(connection: Connection, *, over: bool = True) -> dict[Fate, int]:
    """Every fate, also those that no entry has; DONE only with `over`.

    How many entries there are is read off an index, 0.04 s (PostgreSQL: 0.1 s) per million; which of them are done
    would be read off the rows, 0.5 s (0.16 s). So it is what the others leave.
    """
    unfinished = select(raw.c.fate, func.count()).where(NOT_DONE).group_by(raw.c.fate)
    found = {row[0]: row[1] for row in connection.execute(unfinished)}
    counted: dict[Fate, int] = {fate: found.get(fate.value, 0) for fate in Fate if fate is not Fate.DONE}
    if over:
        everything = connection.execute(select(func.count()).select_from(raw)).scalar_one()
        counted[Fate.DONE] = everything - sum(found.values())
    return counted


def listing(connection: Connection, fate: Fate | None, limit: int) -> list[JournalEntry]:
    """Newest first. `payload` and `envelope` are left empty: they may be large, `get` has them."""
    query = select(raw).order_by(raw.c.raw_id.desc()).limit(limit)
    if fate is not None:
        query = query.where(raw.c.fate == fate.value)
    if fate not in {None, Fate.DONE}:
        query = query.where(NOT_DONE)
    return [
        JournalEntry(
            raw_id=to_text(row.raw_id),
            raw=RawInteraction(
                channel=row.channel, dedup_key=row.dedup_key, received_at=row.received_at, payload=b"", envelope={}
            ),
            fate=Fate(row.fate),
            attempts=row.attempts,
            reason=row.reason,
            settled_at=row.settled_at,
        )
        for row in connection.execute(query)
    ]


def whereabouts(connection: Connection, raw_id: str) -> Whereabouts | None:
    """What became of one entry; None when there is none."""
    query = select(raw.c.dedup_key, raw.c.fate, raw.c.tickets, raw_payloads.c.envelope)
    query = query.join_from(raw, raw_payloads, raw.c.raw_id == raw_payloads.c.raw_id, isouter=True)
    row = connection.execute(query.where(raw.c.raw_id.in_(to_numbers([raw_id])))).one_or_none()
    if row is None:
        return None
    reached = orjson.loads(row.tickets or "[]")
    return Whereabouts(
        dedup_key=row.dedup_key,
        fate=Fate(row.fate),
        envelope=orjson.loads(row.envelope or "{}"),
        ticket=reached[0] if reached else None,
    )


def oldest_waiting(connection: Connection, now: datetime) -> timedelta | None:
    """How old the oldest entry is that nobody has finished; None when there is none."""
    # Not along the primary key, where everything that is done lies before it: hence the sum.
    first = select(func.min(raw.c.raw_id + 0)).where(NOT_DONE, raw.c.fate.in_(UNFINISHED)).scalar_subquery()
    received = connection.execute(select(raw.c.received_at).where(raw.c.raw_id == first)).scalar()
    return None if received is None else now - received


def last_received(connection: Connection, looking_back: int = LOOK_BACK) -> dict[str, datetime]:
    """When each channel last brought something, among the newest `looking_back` entries."""
    newest = select(raw.c.channel, raw.c.received_at).order_by(raw.c.raw_id.desc()).limit(looking_back).subquery()
    last = select(newest.c.channel, func.max(newest.c.received_at)).group_by(newest.c.channel)
    return {row[0]: row[1] for row in connection.execute(last)}


def by_channel(connection: Connection, looking_back: int = LOOK_BACK) -> dict[str, ChannelQueue]:
    """What each channel last brought, among the newest `looking_back` entries, and what of it nobody has finished."""
    received = last_received(connection, looking_back)
    open_ones = select(raw.c.channel, func.count(), func.min(raw.c.received_at))
    open_ones = open_ones.where(NOT_DONE, raw.c.fate.in_(UNFINISHED)).group_by(raw.c.channel)
    waits = {row[0]: (row[1], row[2]) for row in connection.execute(open_ones)}
    return {
        channel: ChannelQueue(received.get(channel), *waits.get(channel, (0, None)))
        for channel in received.keys() | waits.keys()
    }


def newest_id(connection: Connection) -> int | None:
    return connection.execute(select(raw.c.raw_id).order_by(raw.c.raw_id.desc()).limit(1)).scalar()
