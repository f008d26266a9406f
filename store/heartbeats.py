"""Which systems under watch were heard of when, and since when somebody listens. Units of work over a connection."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Executable, Table, case, select, update

from store.bulk import INSERTERS, Bulk, Insert, parameters
from store.moments import to_micros
from store.schema_incidents import heartbeats, watches

PAUSE = timedelta(seconds=20)
"""A node that did not say for so long that it listens was asleep."""
_NAMES = ("channel", "name", "first_at", "last_at", "times")


def _beat(insert: Callable[[Table], Insert]) -> Executable:
    new = insert(heartbeats).values(parameters(heartbeats, _NAMES))
    last = case((new.excluded.last_at > heartbeats.c.last_at, new.excluded.last_at), else_=heartbeats.c.last_at)
    return new.on_conflict_do_update(
        index_elements=["channel", "name"], set_={"last_at": last, "times": heartbeats.c.times + new.excluded.times}
    )


_BEAT = Bulk(_beat, _NAMES)


def heard(connection: Connection, channel: str, name: str, at: datetime) -> None:
    micros = to_micros(at)
    _BEAT.run(connection, [(channel, name, micros, micros, 1)])


def last_of(connection: Connection, channel: str, name: str) -> datetime | None:
    query = select(heartbeats.c.last_at).where(heartbeats.c.channel == channel, heartbeats.c.name == name)
    found: datetime | None = connection.execute(query).scalar()
    return found


def last_heard(connection: Connection) -> dict[tuple[str, str], datetime]:
    """(channel, system) → when it last reported."""
    rows = connection.execute(select(heartbeats.c.channel, heartbeats.c.name, heartbeats.c.last_at))
    return {(row[0], row[1]): row[2] for row in rows}


def listen(connection: Connection, node: str, now: datetime, *, begins: bool) -> None:
    """Say that reports can be heard on this node. It listens since now when it `begins`, after a pause, and after a
    step of the clock: whatever came before may have been lost."""
    new = INSERTERS[connection.dialect.name](watches).values(name=node, since=now, at=now)
    connection.execute(new.on_conflict_do_nothing())
    mine = watches.c.name == node
    row = connection.execute(select(watches).where(mine).with_for_update()).one()
    slept = begins or abs(now - row.at) > PAUSE
    values = {"since": now, "at": now} if slept else {"at": max(now, row.at)}
    connection.execute(update(watches).where(mine).values(values))


def listening_since(connection: Connection, now: datetime) -> datetime | None:
    """Since when some node has listened without a break; None while nobody does."""
    rows = connection.execute(select(watches.c.since, watches.c.at)).all()
    return min((row.since for row in rows if abs(now - row.at) <= PAUSE), default=None)
