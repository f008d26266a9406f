"""Whether a PostgreSQL would keep our tables, found out without making anything there.

connect ─▶ a connection of our own? ─▶ one that may write? ─▶ the schema: not too new?
        ─▶ may this user do what a start and the work will do?
"""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from domain.errors import StoreUnavailable
from store import versions
from store.engines import Database
from store.migrating import is_due, metadata_of
from store.versions import Kind
from store.writable import demand_writable

PATIENCE = 10.0
"""Seconds for all of it."""

_SCHEMA = text("SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE')")
_TABLE = text("""
SELECT min(relname) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY(:names)
AND NOT (
    pg_has_role(relowner, 'USAGE') OR (
        :work AND has_table_privilege(pg_class.oid, 'SELECT') AND has_table_privilege(pg_class.oid, 'INSERT')
        AND has_table_privilege(pg_class.oid, 'UPDATE') AND has_table_privilege(pg_class.oid, 'DELETE')
    )
)
""")
"""The first that is neither ours to change nor, where it need not be changed, ours to work with."""


async def examine(url: str, kinds: Sequence[Kind], *, patience: float = PATIENCE) -> Mapping[str, str | None]:
    """The revision of each kind; None: a start makes the tables.

    Raises SchemaTooNew, and StoreUnavailable, whose `why` is there where a person must mend it.
    """
    try:
        async with asyncio.timeout(patience), Database.open(url, busy_timeout=patience) as database:
            await database.examine()
            return await database.read(lambda connection: {kind: _examined(connection, kind) for kind in kinds})
    except TimeoutError as error:
        detail = f"no answer within {patience:g} s"
        raise StoreUnavailable("the database cannot be used now", detail=detail) from error


def _examined(connection: Connection, kind: Kind) -> str | None:
    demand_writable(connection)
    due = is_due(connection, kind)
    if due:
        schema, may_create = connection.execute(_SCHEMA).one()
        if not may_create:
            raise _forbidden("schema", schema or "public")
    names = [*metadata_of(kind).tables, versions.version_table(kind)]
    if (table := connection.scalar(_TABLE, {"names": names, "work": not due})) is not None:
        raise _forbidden("table", table)
    return versions.current(connection, kind)


def _forbidden(kind: str, name: str) -> StoreUnavailable:
    """As PostgreSQL would say it."""
    return StoreUnavailable(
        "the database cannot be used so", detail=f"permission denied for {kind} {name}", why="rights"
    )
