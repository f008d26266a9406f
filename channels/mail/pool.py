"""Connections to the relay: at most MAX_CONNECTIONS, the most recently used first, stale ones thrown away."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

MAX_CONNECTIONS = 4
FRESH_SECONDS = 5.0
_STALE_SECONDS = 60.0
_CLOSE_SECONDS = 2.0


class ConnectionPool:
    """`connect` makes a connected client; it may raise."""

    def __init__(self, connect: Callable[[], Awaitable[SMTP]]) -> None:
        self._connect = connect
        self._idle: list[tuple[float, SMTP]] = []
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[SMTP]:
        """A client between transactions. After a refusal it is kept, to be reset before use; after a break closed."""
        async with self._room:
            client = await self._usable()
            try:
                yield client
            except SMTPResponseException:
                self._idle.append((time.monotonic() - FRESH_SECONDS, client))
                raise
            except BaseException:
                client.close()
                raise
            self._idle.append((time.monotonic(), client))

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for _, client in idle:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await client.quit()
            client.close()

    async def _usable(self) -> SMTP:
        while self._idle:
            used_at, client = self._idle.pop()
            if await _alive(client, time.monotonic() - used_at):
                return client
            client.close()
        return await self._connect()


async def _alive(client: SMTP, idle: float) -> bool:
    """A client idle for long is asked by RSET, which also ends whatever transaction it may be in."""
    if not client.is_connected or idle > _STALE_SECONDS:
        return False
    if idle < FRESH_SECONDS:
        return True
    try:
        await client.rset()
    except (SMTPException, OSError):
        return False
    return True
