"""One HTTP site on our own loop: bound, capped, and stopped within a known time.

Slow clients: a connection that has not sent a whole request head `idle_seconds` after it was opened or last answered is
closed by aiohttp's keep-alive timer; slow bodies are timed by the channel's door. Compressed bodies are never unpacked.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: application/problem+json\r\n"
    b"Content-Length: 75\r\nConnection: close\r\n\r\n"
    b'{"type":"about:blank","title":"Service Unavailable","status":503,"detail":""}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingLimits:
    """Times in seconds. `connections`: open at once, in all."""

    connections: int = 2000
    idle_seconds: float = 30.0
    lingering_seconds: float = 2.0
    stop_seconds: float = 5.0
    backlog: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    host: str
    port: int


@asynccontextmanager
async def serve(
    site: web.Application,
    host: str,
    port: int,
    *,
    limits: ServingLimits | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Bound]:
    """Serve `site` inside the block; port 0 takes a free one. Raises OSError when the address cannot be bound.

    Leaving waits up to `stop_seconds` for requests under way, then cuts them.
    """
    limits = limits or ServingLimits()
    runner = web.AppRunner(
        site,
        handle_signals=False,
        access_log=None,
        logger=_QuietLogger(logging.getLogger("balcao.web"), {}),
        keepalive_timeout=limits.idle_seconds,
        lingering_time=limits.lingering_seconds,
        shutdown_timeout=limits.stop_seconds,
        auto_decompress=False,
    )
    await runner.setup()
    server = None
    try:
        factory = _capped(runner, limits.connections)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(factory, host, port, ssl=tls, backlog=limits.backlog)
        yield _bound(server)
    finally:
        if server is not None:
            server.close()
        await runner.cleanup()


def _bound(server: asyncio.Server) -> Bound:
    name = server.sockets[0].getsockname()
    return Bound(host=name[0], port=name[1])


def _capped(runner: web.AppRunner, most: int) -> Any:
    """A protocol factory that turns connections away while `most` are open."""
    server = runner.server
    assert server is not None

    def protocol() -> asyncio.Protocol:
        return server() if len(server.connections) < most else _TurnedAway()

    return protocol


class _TurnedAway(asyncio.Protocol):
    """Says that we are full and hangs up, without reading a byte."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_TOO_MANY)
        transport.close()


class _QuietLogger(logging.LoggerAdapter[logging.Logger]):
    """aiohttp logs a traceback for every malformed request, which any stranger can send: those become debug lines."""

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        error = kwargs.get("exc_info")
        level = logging.DEBUG if isinstance(error, HttpProcessingError) else logging.ERROR
        self.log(level, msg, *args, **{"exc_info": True, **kwargs})
