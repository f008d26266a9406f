"""The site that strangers reach: channel webhooks and nothing else.

    connection ──▶ failures of this address spent? ──▶ channel's door ──▶ answer with security headers
                     429 + Retry-After                    │ 401, 404, 405, 408, 413, 415: charged to the address

Only failures count against an address: a busy system that signs correctly is never slowed, and a stranger can try
`burst` times before each further try costs a wait. Whoever shares an address with such a stranger waits too, which
is why a reverse proxy must be named in `trusted_proxies`.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from channels.problem import SECURITY_HEADERS, problem
from channels.stopping import STOPPING
from channels.throttle import Throttle, limited_as
from web.addresses import Proxies
from web.problem import Handler, answered
from web.serving import DIRECT

CHARGED = frozenset({401, 403, 404, 405, 408, 411, 413, 415})
LARGEST_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLimits:
    """`failure_burst` failures of one address at once, then `failures_per_second`.

    `trusted_proxies`: addresses or networks whose X-Forwarded-For is believed. `max_body` (bytes) bounds what any
    route may read; each channel has its own, smaller limit.
    """

    failure_burst: int = 60
    failures_per_second: float = 1.0
    trusted_proxies: tuple[str, ...] = ()
    max_body: int = LARGEST_BODY


def public_site(routes: Iterable[web.RouteDef], limits: PublicLimits | None = None) -> web.Application:
    """An application to give to `web.serving.serve`, complete by itself; DIRECT only spares `serve` the router."""
    limits = limits or PublicLimits()
    routes = list(routes)
    guard = _Guard(limits)
    site = web.Application(middlewares=[guard.middleware()], client_max_size=limits.max_body)
    site.add_routes(routes)
    site[DIRECT] = _direct(routes, guard)
    site[STOPPING] = asyncio.Event()
    site.on_shutdown.append(_say_so)
    return site


async def _say_so(site: web.Application) -> None:
    """Streams would else keep the site from stopping."""
    site[STOPPING].set()


def _direct(routes: Iterable[web.RouteDef], guard: "_Guard") -> dict[str, Handler]:
    plain = [route for route in routes if route.method == "POST" and "{" not in route.path]
    return {route.path: partial(guard.pass_on, handler=cast("Handler", route.handler)) for route in plain}


class _Guard:
    """What stands before every handler of the public site."""

    def __init__(self, limits: PublicLimits) -> None:
        self.throttle = Throttle(burst=limits.failure_burst, per_second=limits.failures_per_second)
        self.proxies = Proxies(limits.trusted_proxies)

    def middleware(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.pass_on(request, handler)

        return guard

    async def pass_on(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.proxies:
            client = self.proxies.client(request.remote or "", request.headers.getall("X-Forwarded-For", ()))
            request = request.clone(remote=client)
        if self.throttle.is_strained and (wait := self.throttle.wait(limited_as(request.remote), time.monotonic())):
            return problem(429, "too many refused requests from this address", headers={"Retry-After": str(wait)})
        answer = await answered(request, handler)
        if answer.status in CHARGED:
            self.throttle.charge(limited_as(request.remote), time.monotonic())
        if "X-Content-Type-Options" not in answer.headers:
            answer.headers.update(SECURITY_HEADERS)
        return answer
