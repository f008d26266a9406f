"""What opens first: the doors, and what they need. The rest of the daemon is ingest/parts.py.

Each part is a context manager: entering opens it, leaving closes it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ingest.daemon import Daemon
from ingest.insisting import insist
from ingest.journals import make_ready
from ingest.notifying import watchdog
from ingest.operations import operations_of
from ingest.presence import Presence, present
from ingest.receiving import all_or_stop, intake_of, receivers
from ingest.supervise import PartState, ended
from ingest.together import together
from ingest.tracing import listening
from ingest.translations import _
from ingest.wiring import site_tls
from store.migrating import upgrade
from web.private import Inside, private_site
from web.public import PublicLimits, public_site
from web.serving import serve, serve_at

Parts = Sequence[tuple[str | None, Callable[[Daemon], AbstractAsyncContextManager[None]]]]
"""Role (None: all of them) and part, in the order of opening."""

FIRST_MIGRATION = 3.0
"""Seconds that a start waits for the schema before it opens its doors without it."""
MIGRATING = "its schema is being brought up to date, or another process that holds it is waited for"
WORKING = frozenset({"work", "dispatch"})


@asynccontextmanager
async def ticket_store(daemon: Daemon) -> AsyncIterator[None]:
    """Bring the schema up to date, now or as soon as the database is there. A broker's intake node needs none."""
    settings = daemon.settings
    if settings.broker is not None and not daemon.roles & WORKING:
        yield
        return

    async def migrate() -> None:
        daemon.liveness.starting("store")
        await insist(lambda: upgrade(settings.store_url, "desk"), daemon.liveness, "store")
        await insist(lambda: make_ready(settings, daemon.journal), daemon.liveness, "store")
        daemon.migrated.set()

    async with ended(daemon.vital(migrate(), name="store")):
        try:
            async with asyncio.timeout(FIRST_MIGRATION):
                await all_or_stop([daemon.migrated], daemon.stop)
        except TimeoutError:
            if daemon.liveness.parts["store"].state is PartState.STARTING:
                daemon.liveness.down("store", MIGRATING)
        yield


@asynccontextmanager
async def private_web(daemon: Daemon) -> AsyncIterator[None]:
    """Health, metrics and operations, for those who run the daemon."""
    presence = Presence(daemon)
    inside = Inside(
        ready=presence.ready,
        parts=presence.parts,
        registry=presence.registry,
        operations=operations_of(daemon.store, daemon.journal),
    )
    address = daemon.settings.web.private
    async with serve(private_site(inside), address.host, address.port) as bound:
        daemon.listening[_("private HTTP")] = [f"{bound.host}:{bound.port}"]
        yield


@asynccontextmanager
async def public_web(daemon: Daemon) -> AsyncIterator[None]:
    """The webhooks of every channel that is called."""
    settings, intake = daemon.settings.web, intake_of(daemon)
    routes = [
        route for channel in daemon.channels.values() if channel.routes is not None for route in channel.routes(intake)
    ]
    if daemon.traces is not None:
        routes = [*map(listening, routes)]
    limits = PublicLimits(
        failure_burst=settings.failures_per_minute,
        failures_per_second=settings.failures_per_minute / 60,
        trusted_proxies=tuple(map(str, settings.trusted_proxies)),
        max_body=settings.max_body,
    )
    async with serve_at(public_site(routes, limits), settings.public, tls=site_tls(daemon.settings)) as bound:
        daemon.listening[_("public HTTPS") if settings.tls else _("public HTTP")] = [
            f"{one.host}:{one.port}" for one in bound
        ]
        daemon.liveness.up("web")
        yield


FIRST: Parts = (
    (None, watchdog),
    (None, present),
    (None, ticket_store),
    (None, together),
)
DOORS: Parts = (
    ("web", private_web),
    ("web", public_web),
    ("receive", receivers),
)
