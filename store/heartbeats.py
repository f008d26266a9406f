"""Which systems under watch were heard of when, and since when somebody listens. Units of work over a connection."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Executable, Table, case, select, update

from store.bulk import INSERTERS, Bulk, Insert, parameters
from store.moments import to_micros
from store.schema_incidents import heartbeats, watches

LISTENERS = "web"
PAUSE = timedelta(minutes=1)
"""A house that did not say for so long that it listens was asleep."""
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


def listen(connection: Connection, now: datetime) -> None:
    """Say that reports can be heard now. After a pause, or a step of the clock, we listen since now."""
    new = INSERTERS[connection.dialect.name](watches).values(name=LISTENERS, since=now, at=now)
    connection.execute(new.on_conflict_do_nothing())
    row = connection.execute(select(watches).where(watches.c.name == LISTENERS).with_for_update()).one()
    slept = abs(now - row.at) > PAUSE
    values = {"since": now, "at": now} if slept else {"at": max(now, row.at)}
    connection.execute(update(watches).where(watches.c.name == LISTENERS).values(values))


def listening_since(connection: Connection, now: datetime) -> datetime | None:
    """None while nobody listens."""
    row = connection.execute(select(watches.c.since, watches.c.at).where(watches.c.name == LISTENERS)).one_or_none()
    if row is None or abs(now - row.at) > PAUSE:
        return None
    since: datetime = row.since
    return since
