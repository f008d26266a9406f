"""The public site with a channel behind it, an intake to watch, and an independent signer (PyPI `standardwebhooks`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from domain.errors import IntakeUnavailable
from domain.raw import RawInteraction, Receipt
from tests.channels.cases import NAME, SECRET
from tests.channels.ledger import FakeLedger
from web.public import PublicLimits, public_site
from web.serving import ServingLimits, serve


@dataclass
class FakeIntake:
    """Remembers what it accepted; a known dedup_key is a duplicate. `broken` is raised instead, `refused` times."""

    accepted: list[RawInteraction] = field(default_factory=list)
    broken: Exception | None = None
    refused: int = 0
    ledger: FakeLedger = field(default_factory=FakeLedger)

    async def accept(self, raw: RawInteraction) -> Receipt:
        if self.broken is not None:
            self.refused += 1
            raise self.broken
        known = any(raw.dedup_key == other.dedup_key for other in self.accepted)
        if not known:
            self.accepted.append(raw)
        return Receipt(raw_id=f"raw-{raw.dedup_key}", duplicate=known)


UNAVAILABLE = IntakeUnavailable("disk full", detail="/var/lib secret path")


def signed(body: bytes, message_id: str = "msg_1", at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """Headers as another implementation of the convention makes them."""
    moment = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret.encode()).sign(message_id, moment, body.decode("utf-8", "surrogateescape")),
        "Content-Type": "application/json",
    }


@dataclass
class Caller:
    session: aiohttp.ClientSession
    port: int
    path: str = f"/hooks/{NAME}"

    async def post(self, body: Any, headers: dict[str, Any] | None = None) -> tuple[int, Any, Any]:
        """Status, JSON of the answer, headers of the answer."""
        url = f"http://127.0.0.1:{self.port}{self.path}"
        chosen = signed(body) if headers is None else headers
        async with self.session.post(url, data=body, headers=chosen) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers


@asynccontextmanager
async def calling(
    routes: list[web.RouteDef], limits: PublicLimits | None = None, serving: ServingLimits | None = None
) -> AsyncIterator[Caller]:
    async with (
        serve(public_site(routes, limits), "127.0.0.1", 0, limits=serving) as bound,
        aiohttp.ClientSession() as session,
    ):
        yield Caller(session, bound.port)


async def hand_over_signed(channel, intake, body, sign, *, acceptable):
    """Post `body` with what `sign` makes of it, or of another body; the status that the channel answers."""
    headers = sign(body) if acceptable else sign(body + b" ")
    async with calling(list(channel.routes(intake))) as caller:
        status, _, _ = await caller.post(body, headers)
    return status
