"""PostgreSQL through asyncpg: a bounded pool; commits wait for the disk whatever the server's default is."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import URL, Connection, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import StoreUnavailable
from store.failures import POOLED, is_read_only, translated, unavailable
from store.writable import demand_writable

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
IDLE_TIMEOUT = 10.0
"""Seconds after which the server ends a transaction whose process does nothing: it is frozen, or its host is gone, and
others wait for what it has locked."""


GONE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What comes of a connection that cannot be made, or is lost; the last one in the middle of a statement."""
_VERIFIED = frozenset({"verify-ca", "verify-full"})


class PostgresBackend:
    """See `store.engines.Database`. `lock_timeout` (seconds) bounds waiting for another transaction's lock."""

    def __init__(self, url: URL, *, lock_timeout: float, patience: float | None, connections: int) -> None:
        self._patience = patience
        url, by_tls = secured(url)
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=lock_timeout,
            isolation_level="READ COMMITTED",
            connect_args={
                **by_tls,
                "timeout": CONNECT_TIMEOUT,
                "server_settings": {
                    "synchronous_commit": "on",
                    "lock_timeout": f"{int(lock_timeout * 1000)}ms",
                    "idle_in_transaction_session_timeout": f"{int(IDLE_TIMEOUT * 1000)}ms",
                },
            },
        )
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        return await self._transaction(self._engine, unit)

    async def read(self, unit: Callable[[Connection], T]) -> T:
        return await self._transaction(self._snapshots, unit)

    async def examine(self) -> None:
        """Raises StoreUnavailable where a pooler lends what is ours to others between two transactions: what one has
        prepared would be run for another.

        Who connects us to the process that it told us of is no pooler; only before one are there two connections.
        """
        with translated():
            async with _connected(self._engine) as one:
                own = await _process(one)
                if own == await _told(one):
                    return
                async with _connected(self._engine) as other:
                    if await _process(one) != await _process(other):
                        return
                raise StoreUnavailable("the database cannot be used so", detail=POOLED, why="pooled")

    async def close(self) -> None:
        await self._engine.dispose()

    async def _transaction(self, engine: AsyncEngine, unit: Callable[[Connection], T]) -> T:
        with translated():
            try:
                async with asyncio.timeout(self._patience), _connected(engine) as connection:
                    return await self._run(connection, unit)
            except TimeoutError as error:
                raise unavailable(error) from error

    async def _run(self, connection: AsyncConnection, unit: Callable[[Connection], T]) -> T:
        """What was told to write nothing, or leads to a server that is the primary no more, stays so for ever."""
        try:
            async with connection.begin():
                return await connection.run_sync(unit)
        except DBAPIError as error:
            if is_read_only(error):
                await self._run(connection, demand_writable)
                await connection.invalidate()
            raise
        except StoreUnavailable as error:
            if error.why in error.PASSING:
                await connection.invalidate()
            raise


def secured(url: URL) -> tuple[URL, dict[str, Any]]:
    """`sslmode` and `sslrootcert` as libpq writes them; without a root of its own the system's authorities count."""
    query = dict(url.query)
    mode, root = query.pop("sslmode", None), query.pop("sslrootcert", None)
    if mode is None:
        return url, {}
    url = url.set(query=query)
    if mode not in _VERIFIED:
        return url, {"ssl": mode}
    context = ssl.create_default_context(cafile=str(root) if root else None)
    context.check_hostname = mode == "verify-full"
    return url, {"ssl": context}


async def _told(connection: AsyncConnection) -> int:
    """The process that was named when we were connected; a pooler tells a number of its own."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)
    return int(driver.get_server_pid())


async def _process(connection: AsyncConnection) -> int:
    """Of the server, in a transaction that ends before this returns."""
    async with connection.begin():
        return int(await connection.scalar(select(func.pg_backend_pid())) or 0)


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A server that cannot be reached raises all sorts of errors; none of them is the unit's."""
    try:
        connection = await engine.connect()
    except GONE as error:
        raise unavailable(error) from error
    try:
        yield connection
    finally:
        await connection.close()
