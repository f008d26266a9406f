"""At which revision a database stands, and how old code may be that works with it. Units of work.

Both stand in tables of their own that are no part of the schema: Alembic's `<kind>_version`, and `<kind>_oldest`.
"""

from typing import Literal

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, insert, inspect, select

Kind = Literal["journal", "desk"]


def version_table(kind: Kind) -> str:
    return f"{kind}_version"


def current(connection: Connection, kind: Kind) -> str | None:
    """None before the first."""
    return _only(connection, Table(version_table(kind), MetaData(), Column("version_num", Text)))


def remembered(connection: Connection, kind: Kind) -> str | None:
    """The oldest revision whose code works with what is here; None: nobody has said so."""
    return _only(connection, _oldest(kind))


def remember(connection: Connection, kind: Kind, oldest: str) -> None:
    if remembered(connection, kind) == oldest:
        return
    table = _oldest(kind)
    table.create(connection, checkfirst=True)
    connection.execute(delete(table))
    connection.execute(insert(table).values(revision=oldest))


def _oldest(kind: Kind) -> Table:
    return Table(f"{kind}_oldest", MetaData(), Column("revision", Text, nullable=False))


def _only(connection: Connection, table: Table) -> str | None:
    if not inspect(connection).has_table(table.name):
        return None
    found: str | None = connection.execute(select(table)).scalar_one_or_none()
    return found
