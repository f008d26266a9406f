"""The journal over RabbitMQ's quorum queues: `domain.ports.Journal` where accepting must not need a database.

    append ──▶ Outbox ──▶ NAME, NAME.large ──▶ Inbox ──claim──▶ admitted by the archive ──▶ settle: archive, then ack
               (a majority has synced it)         │
                            NAME.dead ────────────┘ dead letters ──▶ quarantined in the archive

Accepting touches the broker alone. Working needs the ticket database anyway; there lies the archive (`store.archive`),
which knows every entry that was ever claimed, and where people look. docs/adr/0016
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from domain.broker import BrokerAddress
from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.raw import Fate, JournalEntry, Outcome, RawInteraction, Receipt, Whereabouts
from store import archive, queue_heads
from store.journal import MOST_BYTES, DatabaseJournal, utc_now
from store.queue_claims import Claims, entry_of
from store.queue_heads import Head
from store.queue_inbox import Inbox
from store.queue_outbox import Outbox
from store.queue_recent import Recent
from store.queues import Queues
from store.raw_ids import RawIds, to_numbers, to_text
from store.writer import Noted

T = TypeVar("T")

log = structlog.get_logger()

PREFETCH = 1_000
MOST_PREFETCH = 2_000
SURELY_KNOWN = timedelta(minutes=1)
"""After which an entry that is nowhere does not exist, if nothing waits."""


def prefetch_for(processes: int, batch: int) -> int:
    """As many entries as workers have under way, and the next batch; at 128 kB each that is bounded memory, too."""
    return min(batch * (2 * processes + 1), MOST_PREFETCH)


class QueueJournal:
    """Implements `domain.ports.Journal`. Whoever opened `kept`, the archive, closes it after this."""

    def __init__(
        self,
        address: BrokerAddress,
        *,
        queue: str,
        kept: DatabaseJournal,
        tls: ssl.SSLContext | None = None,
        prefetch: int = PREFETCH,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        queues = Queues(queue)
        self._queues = queues
        self._archive = kept
        self._clock = clock
        self._ids = RawIds()
        self._outbox = Outbox(address, queues, tls=tls)
        self._inbox = Inbox(address, queues, prefetch=prefetch, draw=self._ids.draw, tls=tls)
        self._claims = Claims(self._inbox, kept, draw=self._ids.draw, most_bytes=most_bytes, clock=clock)
        self._recent = Recent()
        self._under_way: dict[str, asyncio.Future[str]] = {}

    def tells(self, noted: Noted) -> None:
        """See `store.journal.WholeJournal`: what is written is confirmed by a majority."""
        self._outbox.noted = noted

    def wakes(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` whenever there may be something to claim."""
        self._inbox.arrived = arrived

    async def connect(self) -> None:
        """Raises IntakeUnavailable, and QueueRefused for what only a person can mend."""
        await self._outbox.connect()

    async def recover(self) -> int:
        """Nothing to do: the broker itself gives back what a process died over."""
        return 0

    async def close(self) -> None:
        """What was claimed and not settled is delivered again."""
        await self._claims.close()
        await self._inbox.close()
        await self._outbox.close()

    # The pipeline's side

    @property
    def strained(self) -> str | None:
        """See `domain.ports.Journal`."""
        return "the broker is slow to confirm" if self._outbox.is_half_full else None

    async def append(self, raw: RawInteraction, *, late: int = 0) -> Receipt:
        """See `domain.ports.Journal`. A repetition that another node took is found when it is claimed."""
        key = raw.dedup_key
        if (known := self._recent.id_of(key)) is not None:
            return Receipt(raw_id=known, duplicate=True)
        if (under_way := self._under_way.get(key)) is not None:
            return Receipt(raw_id=await asyncio.shield(under_way), duplicate=True)
        future = self._under_way[key] = asyncio.get_running_loop().create_future()
        raw_id = self._ids.draw()
        try:
            await self._outbox.publish(raw_id, raw, late)
        except BaseException as error:
            future.set_exception(
                IntakeUnavailable(str(error), detail=getattr(error, "detail", None) or type(error).__name__)
            )
            future.exception()  # heard, if nobody waits for it
            raise
        finally:
            del self._under_way[key]
        receipt = Receipt(raw_id=to_text(raw_id), duplicate=False)
        future.set_result(receipt.raw_id)
        self._recent.remember(receipt.raw_id, raw)
        return receipt

    async def claim(self, limit: int) -> Sequence[JournalEntry]:
        """See `domain.ports.Journal`: the oldest of what has been delivered so far."""
        return await self._claims.claim(limit)

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        """See `domain.ports.Journal`."""
        await self._claims.settle(outcomes)

    async def release(self, raw_ids: Sequence[str], *, uncount: bool) -> None:
        """See `domain.ports.Journal`."""
        await self._claims.release(raw_ids, uncount=uncount)

    # What lies beside the entries (store.ledger)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in the archive. Raises IntakeUnavailable."""
        return await self._archive.write(unit)

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """As `write`, on a snapshot."""
        return await self._archive.read(unit)

    # The people's side

    async def replay(self, raw_ids: Sequence[str]) -> Sequence[str]:
        """See `domain.ports.Journal`. What was to be replayed and did not reach the queue may be replayed again."""
        waiting = [entry.raw_id for entry in await self._entries(raw_ids) if entry.fate is Fate.WAITING]
        replayed = {*await self._archive.replay(raw_ids), *waiting}
        done = []
        for entry in await self._entries([raw_id for raw_id in dict.fromkeys(raw_ids) if raw_id in replayed]):
            await self._outbox.publish(int(entry.raw_id, 16), entry.raw)
            done.append(entry.raw_id)
        return done

    async def discard(self, raw_ids: Sequence[str]) -> Sequence[str]:
        """See `domain.ports.Journal`."""
        return await self._archive.discard(raw_ids)

    async def purge(self, settled_before: datetime) -> int:
        """See `store.journal.DatabaseJournal.purge`."""
        return await self._archive.purge(settled_before)

    async def get(self, raw_id: str) -> JournalEntry | None:
        """From the archive; an entry that still waits only if it lies here or came through here."""
        found = await self._archive.get(raw_id)
        if found is not None:
            return found
        return self._waiting(raw_id)

    async def list(self, fate: Fate | None, limit: int) -> Sequence[JournalEntry]:
        """Newest first, without payloads and envelopes: what was ever claimed, and what lies here."""
        found = {entry.raw_id: entry for entry in await self._archive.list(fate, limit)}
        if fate in {None, Fate.WAITING}:
            for interaction_id, interaction in self._inbox.waiting():
                raw_id = to_text(interaction_id)
                bare = replace(interaction, payload=b"", envelope={})
                found.setdefault(raw_id, entry_of(raw_id, bare, Fate.WAITING, 0, None))
        return [found[raw_id] for raw_id in sorted(found, reverse=True)[:limit]]

    async def whereabouts(self, raw_id: str) -> Whereabouts | None:
        """What became of an entry. Raises IntakeUnavailable as long as one that nobody knows may still wait."""
        found = await self._archive.read(lambda connection: archive.whereabouts(connection, raw_id))
        if found is not None:
            return found
        if (entry := self._waiting(raw_id)) is not None:
            return Whereabouts(dedup_key=entry.raw.dedup_key, fate=Fate.WAITING, envelope=entry.raw.envelope)
        for number in to_numbers([raw_id]):
            age = self._clock().timestamp() - number / 1e9
            if age >= 0 and (age < SURELY_KNOWN.total_seconds() or await self._anything_waits()):
                raise IntakeUnavailable("this entry may still wait", detail="it is not in the archive yet")
        return None

    async def counts(self, *, over: bool = True) -> dict[Fate, int]:
        """Of what the archive knows, and of what waits in the queues or at workers; without the archive less."""
        depths = await self._outbox.depths()
        waiting = depths[self._queues.small] + depths[self._queues.large] + self._inbox.held
        try:
            counts = await self._archive.counts(over=over)
            waiting += queue_heads.held(await self._heads(), self._clock())
        except (IntakeUnavailable, StoreUnavailable):
            return {Fate.WAITING: waiting}
        counts[Fate.QUARANTINED] += depths[self._queues.dead]
        return counts | {Fate.WAITING: waiting}

    async def oldest_waiting(self, now: datetime) -> timedelta | None:
        """Of what was claimed and is not finished, and of what workers hold, for they are given the oldest first;
        without the archive of what lies here."""
        ages = [now - self._inbox.oldest] if self._inbox.oldest else []
        with suppress(IntakeUnavailable, StoreUnavailable):
            if (begun := await self._archive.oldest_waiting(now)) is not None:
                ages.append(begun)
            if await self._anything_waits() and (held := queue_heads.oldest(await self._heads(), now)):
                ages.append(now - held)
        return max(ages, default=None)

    async def may_hide(self, before: datetime) -> bool:
        """See `store.journal.WholeJournal`. Until every worker has told what it holds, it may hold something."""
        try:
            if any((await self._outbox.depths()).values()):
                return True
            heads = await self._heads()
        except IntakeUnavailable:
            return True
        own = self._inbox.oldest
        if own is not None and own <= before:
            return True
        return queue_heads.may_hold(heads, before, self._clock(), alone=not self._claims.work)

    async def ping(self) -> None:
        """Raises IntakeUnavailable when nothing could be accepted now."""
        await self._outbox.depths()

    # Within

    def _waiting(self, raw_id: str) -> JournalEntry | None:
        for number in to_numbers([raw_id]):
            if (delivery := self._inbox.find(number)) is not None:
                return entry_of(raw_id, delivery.arrival.interaction, Fate.WAITING, 0, None)
        if (accepted := self._recent.find(raw_id)) is not None:
            return entry_of(raw_id, accepted, Fate.WAITING, 0, None)
        return None

    async def _anything_waits(self) -> bool:
        depths = await self._outbox.depths()
        return bool(self._inbox.held or queue_heads.held(await self._heads(), self._clock()) or any(depths.values()))

    async def _heads(self) -> Sequence[Head]:
        return await self._archive.read(partial(queue_heads.of_others, holder=self._claims.holder))

    async def _entries(self, raw_ids: Sequence[str]) -> Sequence[JournalEntry]:
        found = [await self._archive.get(raw_id) for raw_id in raw_ids]
        return [entry for entry in found if entry is not None]
