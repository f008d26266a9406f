"""Tells other processes at the same PostgreSQL that there is something to do, and hears it from them.

    ring ─▶ [what was rung] ─at once, then every GAP at most─▶ NOTIFY ─▶ heard by every other process that listens
    listening ─every PROBE─▶ an echo to ourselves ─not heard─▶ a new connection, and everything counts as heard

Never in the transaction that has something to tell: a NOTIFY there makes all commits of the server wait for one
another, sync to disk included (ADR 20). What is rung after the commit may be lost with its process; then the others
find it when they look. That is why nothing may be told here but that it is worth looking.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from sqlalchemy import URL, Connection, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from store.postgres import GONE, secured

log = structlog.get_logger()

JOURNAL = "balcao_journal"
"""An entry waits in the journal."""
DESK = "balcao_desk"
"""A message waits to be sent, or a file to be fetched."""
GAP = 0.02
"""Seconds between two notifications: whatever is rung meanwhile is one."""
PROBE = 20.0
"""Seconds after which a silent connection is asked whether it still hears."""
PATIENCE = 5.0
"""Seconds to connect, and for an echo to come back."""
RETRY = 2.0


class Deaf(Exception):
    """What we told ourselves was not heard."""


UNHEARD = (*GONE, SQLAlchemyError, TimeoutError, Deaf)


class Bell:
    """`heard` by what is listened to; called on the event loop, also when something may have been missed."""

    def __init__(self, url: str | URL, heard: Mapping[str, Callable[[], None]]) -> None:
        url, by_tls = secured(make_url(url))
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={**by_tls, "timeout": PATIENCE, "server_settings": {"synchronous_commit": "off"}},
        )
        self._heard = dict(heard)
        self._rung: set[str] = set()
        self._stirred = asyncio.Event()
        self._echoed = asyncio.Event()
        self._listening = True
        self._echo = ""

    def ring(self, what: str) -> None:
        """Tell it to the others soon. Never waits, never fails."""
        self._rung.add(what)
        self._stirred.set()

    async def run(self) -> None:
        """Until cancelled. While nobody can be told or heard, everybody looks now and then."""
        while True:
            try:
                await self._connected()
            except UNHEARD as error:
                if self._listening:
                    log.warning("not_listening", error=f"{type(error).__name__}: {error}")
                self._listening = False
            await asyncio.sleep(RETRY)

    async def _connected(self) -> None:
        async with asyncio.timeout(PATIENCE) as limit:
            async with self._engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert isinstance(driver, asyncpg.Connection)
                driver.add_termination_listener(lambda _connection: self._stirred.set())
                await self._listen(driver)
                limit.reschedule(None)
                if not self._listening:
                    log.info("listening_again")
                self._listening = True
                await self._serve(driver)

    async def _listen(self, driver: "asyncpg.Connection[Any]") -> None:
        own = await driver.fetchval("SELECT pg_backend_pid()")  # a pooler tells a number of its own when it connects us
        self._echo = f"balcao_echo_{own}"
        await driver.add_listener(self._echo, lambda *_: self._echoed.set())
        for what, heard in self._heard.items():
            await driver.add_listener(what, _from_others(own, heard))
        await self._probe(driver)
        for heard in self._heard.values():
            heard()

    async def _serve(self, driver: "asyncpg.Connection[Any]") -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE):
                    await self._stirred.wait()
            self._stirred.clear()
            rung, self._rung = self._rung, set()
            if not rung:
                await self._probe(driver)
            else:
                async with asyncio.timeout(PATIENCE):
                    await driver.execute("; ".join(f"NOTIFY {what}" for what in sorted(rung)))
            await asyncio.sleep(GAP)

    async def _probe(self, driver: "asyncpg.Connection[Any]") -> None:
        """A connection whose peer is gone may look alive for hours, and one through a pooler hears nothing."""
        self._echoed.clear()
        try:
            async with asyncio.timeout(PATIENCE):
                await driver.execute(f"NOTIFY {self._echo}")
                await self._echoed.wait()
        except TimeoutError:
            raise Deaf("no notification comes back; LISTEN needs a connection of its own, not a pooled one") from None


def _from_others(own: int, heard: Callable[[], None]) -> Callable[..., None]:
    def told(_connection: object, process: int, _channel: str, _payload: object) -> None:
        if process != own:
            heard()

    return told


def ring_with(connection: Connection, what: str) -> None:
    """In the transaction itself: for what people do, once in a while."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(what, "")))
