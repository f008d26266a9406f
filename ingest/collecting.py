"""Contents that no ticket names are removed, beside everything else that goes on."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from domain.errors import StoreUnavailable
from ingest.logs import clean
from ingest.supervise import Liveness
from store import sweeping
from store.attachments import AttachmentFiles
from store.contents import Contents, places_of
from store.engines import Database

log = structlog.get_logger()

PART = "attachments"


class Collecting:
    """As chores. `grace` in seconds."""

    def __init__(self, database: Database, contents: Contents, liveness: Liveness, grace: float) -> None:
        self._database = database
        self._contents = contents
        self._liveness = liveness
        self._grace = timedelta(seconds=grace)

    async def look(self) -> None:
        """Whether contents can be put and got."""
        try:
            await asyncio.to_thread(self._contents.ping)
        except StoreUnavailable as error:
            self._liveness.down(PART, clean(error.in_full))
        else:
            self._liveness.up(PART, self._contents.place)

    async def scan(self) -> None:
        """Once a day: everything that lies there."""
        now = datetime.now(UTC)
        found = await sweeping.scan(self._database, self._contents, before=now - self._grace, now=now)
        unfinished = sum(
            [
                await asyncio.to_thread(place.remove_unfinished, now - self._grace)
                for place in places_of(self._contents)
                if isinstance(place, AttachmentFiles)
            ]
        )
        log.info("attachments_scanned", seen=found.seen, unnamed=found.unnamed, young=found.kept, unfinished=unfinished)

    async def sweep(self) -> None:
        """What was condemned, by a scan or because a ticket forgot it."""
        removed = await sweeping.sweep(self._database, self._contents, datetime.now(UTC))
        if removed:
            log.info("attachments_removed", removed=removed)
