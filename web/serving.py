"""One HTTP site on our own loop: bound, capped, and stopped within a known time.

Slow clients: a connection that has not sent a whole request head `idle_seconds` after it was opened or last answered is
closed by aiohttp's keep-alive timer; slow bodies are timed by the channel's door. Compressed bodies are never unpacked.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import hdrs, web

from channels.listening import open_doors
from channels.problem import problem
from domain.units import HandedOver, Listen
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
    site: web.Application, host: str, port: int, *, limits: ServingLimits | None = None
) -> AsyncIterator[Bound]:
    """Serve `site` inside the block at one address; port 0 takes a free one."""
    async with serve_at(site, Listen(host, port), limits=limits) as (bound, *_others):
        yield bound


@asynccontextmanager
async def serve_at(
    site: web.Application,
    where: Listen | HandedOver,
    *,
    limits: ServingLimits | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Sequence[Bound]]:
    """Serve `site` inside the block; systemd may hand several sockets over. Raises OSError that says what is wrong.

    Leaving waits up to `stop_seconds` for requests under way, then cuts them.
    """
    limits = limits or ServingLimits()
    runner = web.AppRunner(site, handle_signals=False, access_log=None, shutdown_timeout=limits.stop_seconds)
    await runner.setup()
    servers: list[asyncio.Server] = []
    try:
        _take_short_cuts(runner, site.get(DIRECT, {}))
        factory = _capped(runner, limits, asyncio.get_running_loop())
        servers = await open_doors(factory, where, backlog=limits.backlog, tls=tls)
        yield [_bound(server) for server in servers]
    finally:
        for server in servers:
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
    """A Unix socket has a path and no port."""
    name = server.sockets[0].getsockname()
    return Bound(host=name[0], port=name[1]) if isinstance(name, tuple) else Bound(host=str(name), port=0)


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
