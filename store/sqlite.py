"""SQLite: one writing connection and a few reading ones, each in a thread of its own.

A whole transaction is one hop to the thread, and its connection stays open between transactions: a pool's
checkout and check-in cost 50 µs, more than a small commit itself (docs/adr/0006).

WAL lets readers go on while one writes; `synchronous=FULL` makes a commit survive power loss.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import TypeAlias, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from domain.errors import StoreUnavailable
from store.failures import translated

T = TypeVar("T")
Inode: TypeAlias = tuple[int, int] | None
"""Device and number of the file under a path."""

CACHE_KIB = 8_192
CHECKPOINT_PAGES = 4_000
"""16 MB of log between checkpoints: each one syncs the database file, which costs more than the commits do."""
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    "PRAGMA journal_size_limit = 67108864",
    # Each statement of many rows keeps what it would take to undo it; in files that costs as much as the rows do.
    "PRAGMA temp_store = MEMORY",
)


class SqliteBackend:
    """See `store.engines.Database`."""

    def __init__(self, path: Path, *, busy_timeout: float, readers: int) -> None:
        self._writer = _Lane(path, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS, width=1, busy_timeout=busy_timeout)
        self._readers = _Lane(
            path, begin="BEGIN", pragmas=(*_PRAGMAS, "PRAGMA query_only = ON"), width=readers, busy_timeout=busy_timeout
        )

    async def write(self, unit: Callable[[Connection], T]) -> T:
        return await self._writer.run(unit)

    async def read(self, unit: Callable[[Connection], T]) -> T:
        return await self._readers.run(unit)

    async def examine(self) -> None:
        """A file is nobody else's connection."""

    async def close(self) -> None:
        await self._readers.close()
        await self._writer.close()


class _Lane:
    """Connections that start their transactions alike, and as many threads to use them."""

    def __init__(self, path: Path, *, begin: str, pragmas: tuple[str, ...], width: int, busy_timeout: float) -> None:
        self._path = path
        self._pragmas = pragmas
        self._busy_timeout = busy_timeout
        self._begin = begin
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool, query_cache_size=500)
        self._idle: list[tuple[Connection, Inode]] = []
        self._closed = False
        self._threads = ThreadPoolExecutor(width, thread_name_prefix=f"sqlite {path.name}")

    async def run(self, unit: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StoreUnavailable("the database is closed")
        within = copy_context().run  # the reader's language, for what a unit finds wrong
        return await asyncio.get_running_loop().run_in_executor(self._threads, within, self._transaction, unit)

    def _transaction(self, unit: Callable[[Connection], T]) -> T:
        with translated():
            inode = self._inode()
            connection = self._connection_to(inode)
            driver = driver_of(connection)
            try:
                driver.execute(self._begin)
                result = unit(connection)
                driver.commit()
            except BaseException:
                connection.close()  # which rolls back
                raise
            self._idle.append((connection, inode))
            return result

    def _connection_to(self, inode: Inode) -> Connection:
        """SQLite goes on writing to a file that was deleted or moved away: what it commits there is lost."""
        with contextlib.suppress(IndexError):
            while True:
                connection, opened = self._idle.pop()
                if opened == inode:
                    return connection
                connection.close()
        connection = self._engine.connect()
        # For good: SQLAlchemy's bookkeeping of a transaction costs more than SQLite's transaction.
        connection.begin()
        return connection

    def _inode(self) -> Inode:
        with contextlib.suppress(OSError):
            found = os.stat(self._path)  # noqa: PTH116 - on the hot path
            return found.st_dev, found.st_ino
        return None

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        while self._idle:
            self._idle.pop()[0].close()

    def _connect(self) -> sqlite3.Connection:
        """`mode=rw`: a database that is gone is an error, not a new file. `isolation_level=None`: BEGIN is ours."""
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=self._busy_timeout,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            for pragma in self._pragmas:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def driver_of(connection: Connection) -> sqlite3.Connection:
    """What is under SQLAlchemy's connection."""
    return connection.connection.dbapi_connection  # type: ignore[return-value]  # whatever the driver is


def create_file(path: Path) -> None:
    """Make an empty database that only its owner may read: it will hold personal data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
