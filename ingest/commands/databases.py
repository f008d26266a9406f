"""The ticket store and the journal as commands open them: they must be there, nothing is made on the way.

Commands work beside a running daemon: SQLite's WAL and PostgreSQL let them, one transaction at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Connection

from config.settings import Settings
from domain.errors import Position
from ingest.commands.failures import Unusable
from ingest.journals import beside_the_daemon
from ingest.remedies import told_at
from ingest.translations import _
from store.engines import Database
from store.journal import WholeJournal

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds a command waits for a database that the daemon is writing to."""


def read_store(settings: Settings, unit: Callable[[Connection], T]) -> T:
    """Run a unit of work on the ticket store. Raises Unusable and StoreUnavailable."""
    return with_store(settings, lambda database: database.read(unit))


def write_store(settings: Settings, unit: Callable[[Connection], T]) -> T:
    return with_store(settings, lambda database: database.write(unit))


def with_store(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    """Let `use` work on the ticket store. Raises Unusable and StoreUnavailable."""
    return asyncio.run(_with_store(settings, use))


def with_journal(settings: Settings, use: Callable[[WholeJournal], Awaitable[T]]) -> T:
    """Let `use` work on the journal. Raises Unusable, StoreUnavailable and IntakeUnavailable."""

    async def run() -> T:
        place = settings.journal_place
        async with opened(settings.journal_url, place) as database, beside_the_daemon(settings, database) as journal:
            return await use(journal)

    return asyncio.run(run())


@asynccontextmanager
async def opened(url: str, place: Position) -> AsyncIterator[Database]:
    """A database that exists; `place`: where that is written. Raises Unusable when it does not, ConfigError and
    StoreUnavailable when it cannot be used."""
    database = Database.open(url, busy_timeout=PATIENCE)
    if database.file is not None and not database.file.exists():
        raise Unusable(
            _("there is no database at %(path)s: run `balcao db upgrade` or `balcao run` first")
            % {"path": database.file}
        )
    with told_at(place):
        async with database:
            yield database


async def _with_store(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    async with opened(settings.store_url, settings.store_place) as database:
        return await use(database)
