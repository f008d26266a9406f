"""The two databases Balcão runs on, behind one door.

    await database.write(unit)    one transaction: SQLite BEGIN IMMEDIATE, PostgreSQL READ COMMITTED
    await database.read(unit)     one snapshot, no write lock

A unit of work is a plain function of a SQLAlchemy `Connection`, so the same function runs on both databases,
in tests, and in the child process. It may run in another thread: it must touch nothing but its arguments.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self, TypeVar

from sqlalchemy import URL, Connection, make_url

from store.postgres import PostgresBackend
from store.sqlite import SqliteBackend

T = TypeVar("T")

BUSY_TIMEOUT = 30.0


class Backend(Protocol):
    async def write(self, unit: Callable[[Connection], T]) -> T: ...

    async def read(self, unit: Callable[[Connection], T]) -> T: ...

    async def examine(self) -> None: ...

    async def close(self) -> None: ...


class Database:
    """An open database. Nothing connects before the first unit of work, so a database that is away is no error here.

    Whoever opened it closes it, or leaves it: `async with Database.open(url) as database`.
    """

    def __init__(self, backend: Backend, url: URL) -> None:
        self._backend = backend
        self.url = url

    @classmethod
    def open(
        cls,
        url: str | URL,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        patience: float | None = None,
        readers: int = 2,
        writers: int = 2,
    ) -> "Database":
        """`url`: `sqlite:///path` or `postgresql[+asyncpg]://…`.

        Both in seconds: `busy_timeout` bounds waiting for others' locks, `patience` a whole transaction with a server
        that may have gone silent (None: wait until the network gives up).
        `readers` and `writers` bound the connections; SQLite has one writer, whatever is asked.
        Raises ValueError for a database Balcão does not know.
        """
        parsed = make_url(url)
        busy_timeout = busy_timeout if patience is None else min(busy_timeout, patience)
        match parsed.get_backend_name():
            case "sqlite":
                return cls(SqliteBackend(sqlite_path(parsed), busy_timeout=busy_timeout, readers=readers), parsed)
            case "postgresql":
                backend = PostgresBackend(
                    parsed, lock_timeout=busy_timeout, patience=patience, connections=readers + writers
                )
                return cls(backend, parsed)
            case other:
                raise ValueError(f"unknown database {other!r}: use sqlite or postgresql")

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in one transaction and commit it.

        Raises StoreUnavailable (rolled back, try again later) and IntegrityError (rolled back, re-read first).
        """
        return await self._backend.write(unit)

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` on a snapshot that cannot be written to. Raises StoreUnavailable."""
        return await self._backend.read(unit)

    async def examine(self) -> None:
        """Raises StoreUnavailable, in words, for connections that cannot be relied on."""
        await self._backend.examine()

    async def close(self) -> None:
        await self._backend.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    @property
    def is_shared(self) -> bool:
        """Whether other nodes may use it, too."""
        return is_shared(self.url)

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None."""
        return sqlite_path(self.url) if self.url.get_backend_name() == "sqlite" else None


def is_shared(url: str | URL) -> bool:
    """Whether other nodes may use the database at `url`, too."""
    return make_url(url).get_backend_name() == "postgresql"


def sqlite_path(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database needs a file: what is in memory is not durable")
    return Path(url.database)
