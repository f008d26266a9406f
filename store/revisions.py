"""Applying revisions with Alembic, which takes a while to import: only where there is something to apply.

Units of work; the caller (`store.migrating`) has the connection and the transaction.
"""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from domain.errors import SchemaTooNew
from store import versions
from store.versions import Kind

log = structlog.get_logger()


def apply(connection: Connection, kind: Kind, revision: str, folder: Path, metadata: MetaData) -> None:
    """What is missing up to `revision`. Raises SchemaTooNew."""
    config = _config(folder, kind)
    script = ScriptDirectory.from_config(config)
    here = versions.current(connection, kind)
    known = {one.revision for one in script.walk_revisions()}
    if here is not None and here not in known:
        _bear(connection, kind, known, here)
        return
    config.attributes.update(connection=connection, metadata=metadata, version_table=versions.version_table(kind))
    command.upgrade(config, revision)
    versions.remember(connection, kind, oldest(script, versions.current(connection, kind)))


def is_missing(connection: Connection, kind: Kind, folder: Path) -> bool:
    """Whether `apply` would apply something. Raises SchemaTooNew."""
    here = versions.current(connection, kind)
    known = {one.revision for one in ScriptDirectory.from_config(_config(folder, kind)).walk_revisions()}
    if here is None or here in known:
        return True
    _bear(connection, kind, known, here)
    return False


def _bear(connection: Connection, kind: Kind, known: set[str], here: str) -> None:
    """A schema from after our time. Raises SchemaTooNew."""
    ours = max(known)
    if versions.remembered(connection, kind) not in known:
        raise SchemaTooNew(kind, here=here, ours=ours)
    log.info("schema_is_newer", database=kind, revision=here, ours=ours)


def oldest(script: ScriptDirectory, here: str | None) -> str:
    """The newest of what migrations up to `here` say of the code that still works with them. Names are in order."""
    assert here is not None, "something was applied"
    applied = script.iterate_revisions(here, "base")
    return max(str(getattr(one.module, "works_from", None) or one.down_revision or one.revision) for one in applied)


def _config(folder: Path, kind: Kind) -> Config:
    config = Config()
    config.set_main_option("path_separator", "newline")
    for option, place in (("script_location", folder), ("version_locations", folder / kind)):
        config.set_main_option(option, str(place).replace("%", "%%"))
    return config
