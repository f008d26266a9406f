"""One connection to a RabbitMQ cluster: to whichever of its nodes answers, and to another one once that fails.

    channel() ──▶ connected? ─yes─▶ the channel
                     │ no: every host in turn, CONNECT_TIMEOUT each
                     └─▶ none answered: told so at once until DELAYS have passed, for a sender waits for our answer

Whoever finds that a node does not answer (no confirm in time) lets go of it; the next one is tried then.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, TimeoutType
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPError, InvalidFrameError, ProbableAuthenticationError
from aiormq.exceptions import ConnectionNotAllowed

from domain.broker import BrokerAddress, host_text, url_of
from domain.errors import IntakeUnavailable
from store.queues import QueueRefused, said

CONNECT_TIMEOUT = 3.0
HEARTBEAT = 10
CLOSE_TIMEOUT = 2.0
DELAYS = (0.2, 0.5, 1.0, 2.0, 5.0)
BLOCKED_LOOK = 0.005
"""Seconds: long enough to know that nobody lets us through."""

FAILURES = (*CONNECTION_EXCEPTIONS, TimeoutError)
"""Everything that aio-pika raises when a connection, a channel or the broker behind it is not there."""


logging.getLogger("aiormq").addHandler(logging.NullHandler())
"""A connection that fails is told by us; without a handler Python writes its words to stderr, beside ours."""


class Link:
    """`prepare(channel)` is done once for each new connection, before anybody gets it."""

    def __init__(
        self,
        address: BrokerAddress,
        *,
        name: str,
        prepare: Callable[[AbstractChannel], Awaitable[None]],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address = address
        self._name = name
        self._prepare = prepare
        self._tls = tls
        self._next = random.randrange(len(address.hosts))  # noqa: S311 - spreads the nodes' load
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._connecting = asyncio.Lock()
        self._failures = 0
        self._resume_at = 0.0
        self._trouble = "not connected yet"
        self._closed = False

    @property
    def is_up(self) -> bool:
        return self._channel is not None and not self._channel.is_closed

    async def up(self) -> None:
        """Be connected. Raises IntakeUnavailable, and QueueRefused for what only a person can mend."""
        if not self.is_up:
            async with self._connecting:
                if not self.is_up:
                    await self._connect()

    async def channel(self) -> AbstractChannel:
        """An open channel. Raises as `up`."""
        await self.up()
        assert self._channel is not None, "that is what being up means"
        return self._channel

    @asynccontextmanager
    async def spare(self) -> AsyncIterator[AbstractChannel]:
        """A channel for questions, which the broker may answer by closing it. Raises what FAILURES names."""
        if self._connection is None:
            raise ConnectionError("not connected")
        channel = await self._connection.channel(publisher_confirms=False)
        try:
            yield channel
        finally:
            if not channel.is_closed:
                await channel.close()

    async def check_unblocked(self) -> None:
        """A broker short of memory or disk takes no more, and says so. Raises IntakeUnavailable."""
        connection = self._connection
        if connection is None or connection.transport is None:
            return
        try:
            async with asyncio.timeout(BLOCKED_LOOK):
                await connection.transport.connection.ready()
        except TimeoutError:
            raise IntakeUnavailable("the broker takes nothing now", detail="short of memory or disk") from None

    async def let_go(self, channel: AbstractChannel | None = None) -> None:
        """`channel`, or whichever there is, does not answer: the next one is asked for at another node."""
        if channel is None or channel is self._channel:
            connection, self._connection, self._channel = self._connection, None, None
            self._next += 1
            await _close(connection)

    async def close(self) -> None:
        self._closed = True
        connection, self._connection, self._channel = self._connection, None, None
        await _close(connection)

    async def _connect(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._closed:
            raise IntakeUnavailable("the journal is closed")
        if now < self._resume_at:
            raise IntakeUnavailable("the broker cannot be reached", detail=self._trouble)
        await _close(self._connection)
        self._connection = self._channel = None
        try:
            await self._connect_to_any()
        except BaseException as error:
            delay = DELAYS[min(self._failures, len(DELAYS) - 1)]
            self._failures += 1
            self._resume_at = asyncio.get_running_loop().time() + delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            self._trouble = getattr(error, "detail", None) or str(error)
            raise
        self._failures, self._resume_at = 0, 0.0

    async def _connect_to_any(self) -> None:
        """Raises IntakeUnavailable when no host answers, QueueRefused when one does and will not have us."""
        troubles = []
        for _ in self._address.hosts:
            host = self._address.hosts[self._next % len(self._address.hosts)]
            try:
                await self._connect_to(host)
            except (ProbableAuthenticationError, ConnectionNotAllowed) as error:
                text = "the broker refuses user, password or virtual host"
                raise QueueRefused(text, why="login", detail=said(error)) from error
            except InvalidFrameError as error:
                if "Connection.OpenOk" not in str(error):
                    raise IntakeUnavailable("the broker speaks another protocol", detail=str(error)) from error
                text = "the broker does not open this virtual host to this user"
                raise QueueRefused(text, why="login", detail=f"virtual host {self._address.vhost!r}") from error
            except FAILURES as error:
                troubles.append(f"{host_text(host)}: {str(error) or type(error).__name__}")
                self._next += 1
            else:
                return
        raise IntakeUnavailable("the broker cannot be reached", detail="; ".join(troubles))

    async def _connect_to(self, host: tuple[str, int]) -> None:
        connection = None
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                url = url_of(self._address, host, f"heartbeat={HEARTBEAT}&name={self._name}")
                connection = await aio_pika.connect(url, ssl_context=self._tls, connection_class=_Connection)
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            async with asyncio.timeout(CONNECT_TIMEOUT * 2):
                await self._prepare(channel)
        except BaseException:
            await _close(connection)
            raise
        self._connection, self._channel = connection, channel


class _Connection(aio_pika.Connection):
    """Closed as soon as it does not come about.

    Else the library does so when it is collected: by a task of nobody's, or, where that happens in a thread without a
    loop, by a coroutine that Python says was never awaited.
    """

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 - the library's own
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise


async def _close(connection: AbstractConnection | None) -> None:
    if connection is None:
        return
    with suppress(*FAILURES, AMQPError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close()
