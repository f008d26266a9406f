"""Bring a database to the schema this code expects, by the revisions in `store/migrations/`.

Journal and ticket store have revisions of their own; on PostgreSQL both may live in one database.
Everything happens in one transaction: a migration that fails leaves the old schema.

While nodes are upgraded one after the other, old ones work with the new schema. Each migration says with `works_from`
the oldest revision whose code can, and the database remembers the newest of these in `<kind>_oldest`: a node that finds
a revision it does not know goes on if it knows that one.
"""

from pathlib import Path

from sqlalchemy import URL, Connection, MetaData, text

from store import journal_schema, schema_files, schema_forgetting, versions  # noqa: F401 - its tables belong to the metadata
from store.engines import Database
from store.failures import unavailable
from store.sqlite import create_file
from store.versions import Kind

__all__ = ["Kind", "current", "is_due", "metadata_of", "newest", "upgrade"]

_FOLDER = Path(__file__).parent / "migrations"
_METADATA: dict[Kind, MetaData] = {"journal": journal_schema.metadata, "desk": schema_files.remote_files.metadata}
_ONE_AT_A_TIME = 0x62616C63616F
"""Key of the PostgreSQL advisory lock that two processes migrating at once meet at ("balcao" in ASCII)."""


async def upgrade(url: str | URL, kind: Kind, revision: str = "head") -> None:
    """Make the SQLite file if there is none, and apply what is missing up to `revision`.

    Raises StoreUnavailable, and SchemaTooNew if this code is too old for it.
    """
    async with Database.open(url) as database:
        try:
            if database.file is not None:
                create_file(database.file)
            await database.examine()
            if revision == "head" and await database.read(lambda connection: _is_newest(connection, kind)):
                return
            await database.write(lambda connection: _upgrade(connection, kind, revision))
        except OSError as error:
            raise unavailable(error) from error


async def current(url: str | URL, kind: Kind) -> str | None:
    """The revision the database stands at; None before the first. Raises StoreUnavailable."""
    async with Database.open(url) as database:
        return await database.read(lambda connection: versions.current(connection, kind))


def is_due(connection: Connection, kind: Kind) -> bool:
    """Whether `upgrade` would write something. Raises SchemaTooNew."""
    if _is_newest(connection, kind):
        return False
    from store import revisions  # noqa: PLC0415 - as below

    return revisions.is_missing(connection, kind, _FOLDER)


def metadata_of(kind: Kind) -> MetaData:
    """The tables that this code expects."""
    return _METADATA[kind]


def newest(kind: Kind) -> str:
    """The revision this code expects: files of revisions begin with their names, which are in order."""
    return max(path.name.partition("_")[0] for path in (_FOLDER / kind).glob("[dj]*.py"))


def _is_newest(connection: Connection, kind: Kind) -> bool:
    here = versions.current(connection, kind)
    return here == newest(kind) and versions.remembered(connection, kind) is not None


def _upgrade(connection: Connection, kind: Kind, revision: str) -> None:
    from store import revisions  # noqa: PLC0415 - imports Alembic: no start waits for it unless it must

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    revisions.apply(connection, kind, revision, _FOLDER, _METADATA[kind])
