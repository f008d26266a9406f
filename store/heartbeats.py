"""Which systems under watch were heard of when, and since when somebody listens. Units of work over a connection."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Executable, Table, case, select

from store.bulk import Bulk, Insert, parameters
from store.moments import to_micros
from store.schema_incidents import heartbeats


def _beat(insert: Callable[[Table], Insert]) -> Executable:
    new = insert(heartbeats).values(parameters(heartbeats, ("channel", "name", "first_at", "last_at", "times")))
    last = case((new.excluded.last_at > heartbeats.c.last_at, new.excluded.last_at), else_=heartbeats.c.last_at)
    return new.on_conflict_do_update(
        index_elements=["channel", "name"], set_={"last_at": last, "times": heartbeats.c.times + 1}
    )


_BEAT = Bulk(_beat, ("channel", "name", "first_at", "last_at", "times"))


def heard(connection: Connection, channel: str, name: str, at: datetime) -> None:
    micros = to_micros(at)
    _BEAT.run(connection, [(channel, name, micros, micros, 1)])


def last_of(connection: Connection, channel: str, name: str) -> datetime | None:
    query = select(heartbeats.c.last_at).where(heartbeats.c.channel == channel, heartbeats.c.name == name)
    found: datetime | None = connection.execute(query).scalar()
    return found
