"""Which nodes claim at a database, so that what a dead one had claimed goes on. Units of work over a connection.

    claim ──▶ claimed_by = us, and our count goes up, in one transaction
    watch ──▶ the count of another stands still ──▶ `succeed`: it still does, and nobody is in the middle of changing it

No clock is asked (ADR 19). Because claiming counts, a node that was frozen and comes back either claims before its
succession, which then sees that it lives, or after it.
What was claimed by nobody we know of was claimed by a Balcão of before these columns: its name is NOBODY.
"""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Table, delete, func, select, true, union_all

from store.bulk import INSERTERS
from store.journal_schema import NOT_DONE, journal_nodes, raw
from store.schema import outbox
from store.schema_files import desk_nodes, remote_files

ALONE = "alone"
"""The name of who shares its database with nobody."""
NOBODY = ""
_FIRST = 2**40


class Held(NamedTuple):
    """Rows that are claimed, by whom, and what changes in them when they are claimed anew."""

    owner: ColumnElement[str | None]
    claimed: ColumnElement[bool]
    key: ColumnElement[int]
    attempts: ColumnElement[int]


class Roster:
    """The nodes of one kind of database, and what they may hold there."""

    def __init__(self, table: Table, *held: Held) -> None:
        self._table = table
        self._held = held

    def beat(self, connection: Connection, name: str) -> None:
        """Count one up. A count never begins where it has been: whoever remembers an old one is not misled.

        An SQLite file has no other node to read it.
        """
        if connection.dialect.name == "sqlite":
            return
        new = INSERTERS[connection.dialect.name](self._table).values(name=name, beats=secrets.randbelow(_FIRST) + 1)
        up = {"beats": self._table.c.beats + 1}
        connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=up))

    def look(self, connection: Connection) -> dict[str, int]:
        """How far each node has counted, 0 for one that only left something; for NOBODY a sum of what is left."""
        counts = {name: count for name, _held, count in connection.execute(self._claims())}
        found = {name or NOBODY: 0 if name else int(count) for name, count in counts.items()}
        return found | {row.name: row.beats for row in connection.execute(select(self._table))}

    def _claims(self) -> CompoundSelect[str | None, int, int]:
        parts = [
            select(one.owner, func.count(), func.count() + func.max(one.key) + func.sum(one.attempts))
            .where(one.claimed)
            .group_by(one.owner)
            for one in self._held
        ]
        return union_all(*parts)

    def succeed(
        self, connection: Connection, name: str, seen: int, recover: Callable[[Connection, str], int]
    ) -> int | None:
        """`recover` what `name` holds, if it has not counted since `seen`. None: it has, or is about to."""
        if name == NOBODY:
            return recover(connection, name)
        table = self._table
        here = select(table.c.beats).where(table.c.name == name)
        if connection.execute(here).scalar_one_or_none() is None:
            new = INSERTERS[connection.dialect.name](table).values(name=name, beats=0)
            connection.execute(new.on_conflict_do_nothing())
        if connection.execute(here.with_for_update(skip_locked=True)).scalar_one_or_none() != seen:
            return None
        recovered = recover(connection, name)
        connection.execute(delete(table).where(table.c.name == name))
        return recovered


def held_by(owner: ColumnElement[str | None], name: str | None) -> ColumnElement[bool]:
    """The condition that `name` holds it; None: anybody."""
    if name is None:
        return true()
    return owner.is_(None) if name == NOBODY else owner == name


_READ = NOT_DONE & (raw.c.fate == "claimed")
JOURNAL = Roster(journal_nodes, Held(raw.c.claimed_by, _READ, raw.c.raw_id, raw.c.attempts))
DESK = Roster(
    desk_nodes,
    Held(outbox.c.claimed_by, outbox.c.state == "sending", outbox.c.id, outbox.c.attempts),
    Held(remote_files.c.claimed_by, remote_files.c.state == "fetching", remote_files.c.id, remote_files.c.attempts),
)
