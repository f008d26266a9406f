"""Leases: a name belongs to one holder for as long as the holder goes on renewing. Units of work.

No clock is asked: every renewal counts one up, and whoever waits sees for itself that the count stands still.
What a holder writes may be fenced: it is written only if the lease is the holder's still.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, or_, select, update

from domain.errors import LeaseLost
from domain.source import Lease
from store.bulk import INSERTERS
from store.journal_schema import leases

T = TypeVar("T")

NOBODY = ""


def lease(connection: Connection, name: str, holder: str, seen: int | None) -> Lease:
    """See `domain.ports.Ledger`. One statement takes it, so that two who ask at once do not both get it.

    While its holder is in the middle of writing under it, it is the holder's, and nobody waits: who was frozen there
    would hold up all that shares this commit.
    """
    here = leases.c.name == name
    query = select(leases.c.holder, leases.c.renewals).where(here)
    known = connection.execute(query).one_or_none()
    if known is not None and connection.execute(query.with_for_update(skip_locked=True)).one_or_none() is None:
        return Lease(*known)
    new = INSERTERS[connection.dialect.name](leases).values(name=name, holder=holder, renewals=1)
    free = or_(leases.c.holder.in_([holder, NOBODY]), leases.c.renewals == seen)
    values = {"holder": new.excluded.holder, "renewals": leases.c.renewals + 1}
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=values, where=free))
    return Lease(*connection.execute(query).one())


def held(connection: Connection) -> dict[str, Lease]:
    """Every lease that somebody has, by name."""
    query = select(leases).where(leases.c.holder != NOBODY).order_by(leases.c.name)
    return {row.name: Lease(row.holder, row.renewals) for row in connection.execute(query)}


def give_back(connection: Connection, name: str, holder: str) -> None:
    """The count goes on: whoever has seen an older one has seen nothing of what comes now."""
    ours = (leases.c.name == name) & (leases.c.holder == holder)
    connection.execute(update(leases).where(ours).values(holder=NOBODY, renewals=leases.c.renewals + 1))


def fenced(connection: Connection, unit: Callable[[Connection], T], name: str, holder: str) -> T:
    """`unit`, if the lease is the holder's, who keeps it until this is committed. Raises LeaseLost."""
    found = select(leases.c.holder).where(leases.c.name == name).with_for_update(read=True)
    now = connection.execute(found).scalar_one_or_none()
    if now != holder:
        raise LeaseLost(f"{name} belongs to {now or 'nobody'} now")
    return unit(connection)
