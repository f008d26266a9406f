"""Bring a database to the schema this code expects, by the revisions in `store/migrations/`.

Journal and ticket store have revisions of their own; on PostgreSQL both may live in one database.
Everything happens in one transaction: a migration that fails leaves the old schema.

While nodes are upgraded one after the other, old ones work with the new schema. Each migration says with `works_from`
the oldest revision whose code can, and the database remembers the newest of these in `<kind>_oldest`: a node that finds
a revision it does not know goes on if it knows that one.
"""

from pathlib import Path
from typing import Literal

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Column, Connection, MetaData, Table, Text, delete, insert, inspect, select, text

from domain.errors import SchemaTooNew
from store import journal_schema, schema_files, schema_forgetting  # noqa: F401 - its tables belong to the metadata
from store.engines import Database
from store.failures import unavailable
from store.sqlite import create_file

log = structlog.get_logger()

Kind = Literal["journal", "desk"]

_FOLDER = Path(__file__).parent / "migrations"
_METADATA: dict[Kind, MetaData] = {"journal": journal_schema.metadata, "desk": schema_files.remote_files.metadata}
_WORDS: dict[Kind, str] = {"journal": "journal", "desk": "tickets"}
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
            await database.write(lambda connection: _upgrade(connection, kind, revision))
        except OSError as error:
            raise unavailable(error) from error


async def current(url: str | URL, kind: Kind) -> str | None:
    """The revision the database stands at; None before the first. Raises StoreUnavailable."""
    async with Database.open(url) as database:
        return await database.read(lambda connection: revision_of(connection, kind))


def metadata_of(kind: Kind) -> MetaData:
    """The tables that this code expects."""
    return _METADATA[kind]


def newest(kind: Kind) -> str | None:
    """The revision this code expects."""
    return ScriptDirectory.from_config(_config(kind)).get_current_head()


def _upgrade(connection: Connection, kind: Kind, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    config = _config(kind)
    script = ScriptDirectory.from_config(config)
    here = _current(connection, kind)
    if here is not None and here not in _known(script):
        _bear(connection, kind, script, here)
        return
    config.attributes.update(connection=connection, metadata=_METADATA[kind], version_table=_version_table(kind))
    command.upgrade(config, revision)
    _remember(connection, kind, _oldest(script, _current(connection, kind)))


def _known(script: ScriptDirectory) -> set[str]:
    return {one.revision for one in script.walk_revisions()}


def _bear(connection: Connection, kind: Kind, script: ScriptDirectory, here: str) -> None:
    """A schema from after our time. Raises SchemaTooNew."""
    oldest = _remembered(connection, kind)
    if oldest not in _known(script):
        raise SchemaTooNew(
            f"the database of the {_WORDS[kind]} was brought to {here} by a newer Balcão, "
            f"which this one ({newest(kind)}) is too old for; install the newer one here, too"
        )
    log.info("schema_is_newer", database=kind, revision=here, ours=newest(kind))


def _oldest(script: ScriptDirectory, here: str | None) -> str:
    """The newest of what migrations up to `here` say of the code that still works with them. Names are in order."""
    assert here is not None, "something was applied"
    applied = script.iterate_revisions(here, "base")
    return max(str(getattr(one.module, "works_from", None) or one.down_revision or one.revision) for one in applied)


def _remember(connection: Connection, kind: Kind, oldest: str) -> None:
    if _remembered(connection, kind) == oldest:
        return
    table = _oldest_table(kind)
    table.create(connection, checkfirst=True)
    connection.execute(delete(table))
    connection.execute(insert(table).values(revision=oldest))


def _remembered(connection: Connection, kind: Kind) -> str | None:
    table = _oldest_table(kind)
    if not inspect(connection).has_table(table.name):
        return None
    found: str | None = connection.execute(select(table.c.revision)).scalar_one_or_none()
    return found


def _oldest_table(kind: Kind) -> Table:
    """Beside alembic's own, and as little part of the schema."""
    return Table(f"{kind}_oldest", MetaData(), Column("revision", Text, nullable=False))


def revision_of(connection: Connection, kind: Kind) -> str | None:
    """As `current`, over a connection."""
    return MigrationContext.configure(connection, opts={"version_table": _version_table(kind)}).get_current_revision()


def _version_table(kind: Kind) -> str:
    return f"{kind}_version"


def _config(kind: Kind) -> Config:
    config = Config()
    config.set_main_option("path_separator", "newline")
    for option, folder in (("script_location", _FOLDER), ("version_locations", _FOLDER / kind)):
        config.set_main_option(option, str(folder).replace("%", "%%"))
    return config
