"""Fetches the files that messages only named, and attaches them.

    WAITING ─claim, committed─▶ FETCHING ─▶ locate (channel) ─▶ download ─▶ file on disk ─▶ FETCHED, attached
       ▲                                       │                  │
       │                                       └──────────────────┴─ temporary ─▶ growing delays ─┐
       └──────────────────────────────────────────────────────────────────────────────────────────┤
                                                                    permanent, or too often ─▶ FAILED, on the ticket

At most `concurrency` at once, for each is in memory meanwhile. What is under way when we stop is fetched again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from domain.errors import FetchFailed, StoreUnavailable
from domain.interaction import Attachment
from domain.ports import Fetcher
from domain.remote import FetchOrder
from ingest.download import Bounds, download, too_large
from ingest.insisting import insist
from ingest.logs import clean
from ingest.metrics import Metrics
from ingest.supervise import Liveness, spawn
from store import remote_files
from store.contents import Contents
from store.engines import Database
from store.naming import put_and_name
from store.nodes import ALONE
from triage.remote_files import is_web_page_instead, next_try, settled_type

log = structlog.get_logger()

T = TypeVar("T")

PART = "files"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Fetching:
    """`fetchers` by channel; `files` is where contents are kept; `retry_delays` in seconds; `holder`: this node."""

    def __init__(
        self,
        *,
        database: Database,
        files: Contents,
        fetchers: Mapping[str, Fetcher],
        wake: asyncio.Event,
        metrics: Metrics,
        liveness: Liveness,
        bounds: Bounds,
        concurrency: int,
        retry_delays: Sequence[float],
        poll: float,
        holder: str = ALONE,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._database = database
        self._files = files
        self._fetchers = fetchers
        self._wake = wake
        self._metrics = metrics
        self._liveness = liveness
        self._bounds = bounds
        self._concurrency = concurrency
        self._retry_delays = tuple(retry_delays)
        self._poll = poll
        self._holder = holder
        self._now = now
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled."""
        left_by = self._holder if self._database.is_shared else None
        await self._insist(lambda connection: remote_files.recover(connection, self._now(), left_by))
        try:
            while True:
                self._wake.clear()
                if not await self.one_turn():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._poll):
                            await self._wake.wait()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def one_turn(self) -> bool:
        """Start what is due and there is room for. False: nothing was."""
        room = self._concurrency - len(self._under_way)
        if room <= 0:
            return False
        orders = await self._insist(lambda connection: remote_files.claim(connection, room, self._now(), self._holder))
        for order in orders:
            task = spawn(self._fetch_and_note(order), name=f"fetching {order.id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return bool(orders)

    async def settle(self) -> None:
        """Wait for what is under way."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def close(self) -> None:
        for fetcher in self._fetchers.values():
            await fetcher.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()

    async def _fetch_and_note(self, order: FetchOrder) -> None:
        result, reason = await self._fetch(order)
        self._metrics.fetched.labels(order.channel, result).inc()
        log.info("file", file=order.id, ticket=order.ticket, channel=order.channel, result=result, reason=reason)

    async def _fetch(self, order: FetchOrder) -> tuple[str, str | None]:
        """`fetched`, `deferred` or `failed`, and why; written down."""
        try:
            file = await self._file(order)
            await self._attached(order, file)
        except FetchFailed as error:
            return await self._not_fetched(order, error)
        except StoreUnavailable as error:
            return await self._not_fetched(order, FetchFailed(str(error), permanent=False))
        except Exception as error:
            log.exception("fetch_crashed", file=order.id, channel=order.channel)
            return await self._not_fetched(order, FetchFailed(type(error).__name__, permanent=False))
        return "fetched", None

    async def _attached(self, order: FetchOrder, file: Attachment) -> None:
        """Raises StoreUnavailable when the content cannot be kept now."""
        await put_and_name(
            self._database,
            lambda: asyncio.to_thread(self._files.put, file.content, file.sha256),
            lambda: self._insist(lambda connection: remote_files.attach(connection, order, file, self._now())),
        )

    async def _file(self, order: FetchOrder) -> Attachment:
        """Raises FetchFailed."""
        told, most = order.file, self._bounds.size
        fetcher = self._fetchers.get(order.channel)
        if fetcher is None:
            raise FetchFailed(f"channel {order.channel!r} is not configured, or fetches no files", permanent=False)
        if (told.size or 0) > most:
            raise too_large(most)
        content = await download(await fetcher.locate(told), self._bounds)
        if is_web_page_instead(told.content_type, content):
            raise FetchFailed("a web page came instead: are the credentials right?", permanent=True)
        return Attachment(
            name=told.name,
            content_type=settled_type(told.content_type, content),
            content=content,
            inline=told.inline,
            original_name=told.original_name,
        )

    async def _not_fetched(self, order: FetchOrder, error: FetchFailed) -> tuple[str, str]:
        reason, now = clean(str(error)), self._now()
        delay = next_try(error, order.attempts, self._retry_delays)
        if delay is None:
            await self._insist(lambda connection: remote_files.give_up(connection, order, reason, now))
            return "failed", reason
        later = now + timedelta(seconds=delay)
        await self._insist(lambda connection: remote_files.postpone(connection, order, reason, later))
        return "deferred", reason

    async def _insist(self, unit: Callable[[Connection], T]) -> T:
        """The result of `unit`, as soon as the ticket store can be used."""
        return await insist(lambda: self._database.write(unit), self._liveness, PART)
