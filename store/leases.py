"""Leases: a name belongs to one holder until a moment; after that to whoever asks first. Units of work."""

from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from store.bulk import INSERTERS
from store.journal_schema import leases


def lease(connection: Connection, name: str, holder: str, until: datetime, now: datetime) -> str | None:
    """None: it is ours until then. Else who holds it. One statement, so that two who ask at once do not both get it."""
    new = INSERTERS[connection.dialect.name](leases).values(name=name, holder=holder, until=until)
    free = or_(leases.c.holder == holder, leases.c.until <= now)
    values = {"holder": new.excluded.holder, "until": new.excluded.until}
    taken = connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=values, where=free))
    if taken.rowcount == 1:
        return None
    return connection.execute(select(leases.c.holder).where(leases.c.name == name)).scalar_one_or_none()


def give_back(connection: Connection, name: str, holder: str) -> None:
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
