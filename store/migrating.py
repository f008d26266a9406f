"""Bring a database to the schema this code expects, by the revisions in `store/migrations/`.

Journal and ticket store have revisions of their own; on PostgreSQL both may live in one database.
Everything happens in one transaction: a migration that fails leaves the old schema.
"""

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, MetaData, text

from store import journal_schema, schema_files, schema_forgetting  # noqa: F401 - its tables belong to the metadata
from store.engines import Database
from store.failures import unavailable
from store.sqlite import create_file

Kind = Literal["journal", "desk"]

_FOLDER = Path(__file__).parent / "migrations"
_METADATA: dict[Kind, MetaData] = {"journal": journal_schema.metadata, "desk": schema_files.remote_files.metadata}
_ONE_AT_A_TIME = 0x62616C63616F
"""Key of the PostgreSQL advisory lock that two processes migrating at once meet at ("balcao" in ASCII)."""


async def upgrade(url: str | URL, kind: Kind, revision: str = "head") -> None:
    """Make the SQLite file if there is none, and apply what is missing up to `revision`. Raises StoreUnavailable."""
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
    config.attributes.update(connection=connection, metadata=_METADATA[kind], version_table=_version_table(kind))
    command.upgrade(config, revision)


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
