"""One HTTP site on our own loop: bound, capped, and stopped within a known time.

Slow clients: a connection that has not sent a whole request head `idle_seconds` after it was opened or last answered is
closed by aiohttp's keep-alive timer; slow bodies are timed by the channel's door. Compressed bodies are never unpacked.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import hdrs, web

from channels.problem import problem
from web.problem import Handler

log = structlog.get_logger()

_FULL = b'{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many connections"}'
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: application/problem+json\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(_FULL), _FULL)
)
DIRECT = web.AppKey("direct", dict[str, Handler])


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
    runner = web.AppRunner(site, handle_signals=False, access_log=None, shutdown_timeout=limits.stop_seconds)
    await runner.setup()
    server = None
    try:
        _take_short_cuts(runner, site.get(DIRECT, {}))
        loop = asyncio.get_running_loop()
        factory = _capped(runner, limits, loop)
        server = await loop.create_server(factory, host, port, ssl=tls, backlog=limits.backlog)
        yield _bound(server)
    finally:
        if server is not None:
            server.close()
        await runner.cleanup()


def _take_short_cuts(runner: web.AppRunner, direct: dict[str, Handler]) -> None:
    """Plain POSTs to the paths of `direct` go to their handler without aiohttp's router and middleware chain.

    Everything else, and a request that waits for `100 Continue`, takes the normal road.
    """
    server = runner.server
    assert server is not None
    otherwise = server.request_handler

    def handle(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        handler = direct.get(request.path) if request.method == hdrs.METH_POST else None
        if handler is None or hdrs.EXPECT in request.headers:
            return otherwise(request)
        return handler(cast("web.Request", request))

    server.request_handler = handle


def _bound(server: asyncio.Server) -> Bound:
    name = server.sockets[0].getsockname()
    return Bound(host=name[0], port=name[1])


def _capped(
    runner: web.AppRunner, limits: ServingLimits, loop: asyncio.AbstractEventLoop
) -> Callable[[], asyncio.Protocol]:
    """A protocol factory that turns connections away while `limits.connections` are open."""
    server = runner.server
    assert server is not None

    def protocol() -> asyncio.Protocol:
        if len(server.connections) >= limits.connections:
            return _TurnedAway()
        return _Connection(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # None means no access log; aiohttp's annotation forgets it
            keepalive_timeout=limits.idle_seconds,
            lingering_time=limits.lingering_seconds,
            auto_decompress=False,
        )

    return protocol


class _Connection(web.RequestHandler):
    """Answers what is no HTTP in our words; aiohttp would show its version and log a traceback for any stranger."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats bytes of the request
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was already under way")
        if status >= 500:
            log.error("request_failed", exc_info=exc)
        answer = problem(status, "this request cannot be read as HTTP" if status == 400 else "")
        answer.force_close()
        return answer


class _TurnedAway(asyncio.Protocol):
    """Says that we are full and hangs up, without reading a byte."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_TOO_MANY)
        transport.close()
