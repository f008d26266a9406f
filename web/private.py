"""The site for those who run the daemon: is it alive, is every part up, the figures, and the operations API.

    GET  /healthz                    200 while the loop turns
    GET  /readyz                     {"ready", "parts": {name: {"state", "since", "last_success", "detail"}}} or 503
    GET  /metrics                    Prometheus
    GET  /v1/tickets                 ?department= &priority= &state= &limit=
    GET  /v1/tickets/{number}        shape of contracts.md `tickets show`
    GET  /v1/journal                 ?fate= &limit=
    POST /v1/journal/{raw_id}/retry  back to waiting

It knows nobody of the inside: what it shows is given to it as functions. Listen on a private address only; there is no
log-in (web.guards says what protects it from browsers).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from channels.problem import json_answer
from web.guards import private_guard
from web.operations import Operations, operation_routes


class PartStatus(Protocol):
    """How one part of the daemon is; `state` is `up` when all is well. Times are aware UTC."""

    @property
    def state(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def last_success(self) -> datetime | None: ...
    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What the application lends the private site. `refresh` may bring gauges up to date before they are shown."""

    ready: Callable[[], bool]
    parts: Callable[[], Mapping[str, PartStatus]]
    registry: CollectorRegistry
    operations: Operations | None = None
    refresh: Callable[[], Awaitable[None]] | None = None


def private_site(inside: Inside, *, hosts: Iterable[str] = ()) -> web.Application:
    """An application for `web.serving.serve`. `hosts`: see web.guards."""
    site = web.Application(middlewares=[private_guard(hosts)], client_max_size=64 * 1024)
    pages = _Pages(inside)
    routes: Sequence[web.RouteDef] = (
        web.get("/healthz", pages.alive),
        web.get("/readyz", pages.readiness),
        web.get("/metrics", pages.metrics),
    )
    site.add_routes(routes)
    if inside.operations is not None:
        site.add_routes(operation_routes(inside.operations))
    return site


class _Pages:
    def __init__(self, inside: Inside) -> None:
        self.inside = inside

    async def alive(self, _request: web.Request) -> web.Response:
        return json_answer({"alive": True})

    async def readiness(self, _request: web.Request) -> web.Response:
        ready = self.inside.ready()
        parts = {name: _part_as_json(part) for name, part in sorted(self.inside.parts().items())}
        return json_answer({"ready": ready, "parts": parts}, 200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        if self.inside.refresh is not None:
            await self.inside.refresh()
        content = generate_latest(self.inside.registry)
        return web.Response(body=content, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _part_as_json(part: PartStatus) -> dict[str, Any]:
    return {
        "state": str(part.state),
        "since": _moment(part.since),
        "last_success": _moment(part.last_success),
        "detail": part.detail,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
