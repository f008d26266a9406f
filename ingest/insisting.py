"""What must be written down waits for the ticket store, and says meanwhile that a part of the daemon is down."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.errors import StoreUnavailable
from ingest.logs import clean
from ingest.supervise import Liveness

T = TypeVar("T")

STORE_DELAY = 2.0


async def insist(write: Callable[[], Awaitable[T]], liveness: Liveness, part: str) -> T:
    """The result of `write`, as soon as the ticket store can be used."""
    while True:
        try:
            result = await write()
        except StoreUnavailable as error:
            liveness.down(part, clean(error.in_full))
            await asyncio.sleep(STORE_DELAY)
        else:
            liveness.up(part)
            return result
