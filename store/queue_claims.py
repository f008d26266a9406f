"""From deliveries to claimed entries and back: what of a broker's journal needs its archive.

    claim ──▶ delivered ──admitted by the archive──▶ claimed entries          settle ──▶ archive, then the broker
                              └─ settled or repeated: acknowledged

Without the archive nothing is claimed: what is held stays for PATIENCE seconds, then it goes back to the broker.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.raw import Fate, JournalEntry, Outcome, RawInteraction
from store import archive, journal_queries, queue_heads
from store.archive import Admission, Admitted
from store.journal import DatabaseJournal
from store.queue_heads import Head
from store.queue_inbox import Delivery, Inbox
from store.queues import DELIVERY_LIMIT
from store.raw_ids import to_numbers, to_text

log = structlog.get_logger()

PATIENCE = 60.0
"""Seconds without the archive after which entries go back to the broker, which takes them away after half an hour."""


class Claims:
    def __init__(
        self,
        inbox: Inbox,
        kept: DatabaseJournal,
        *,
        draw: Callable[[], int],
        most_bytes: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._inbox = inbox
        self._archive = kept
        self._draw = draw
        self._most_bytes = most_bytes
        self._clock = clock
        self._away_since: float | None = None
        self.holder = uuid4().hex
        self._noted: Head | None = None

    @property
    def work(self) -> bool:
        """Whether this process is a worker."""
        return self._noted is not None

    async def claim(self, limit: int) -> Sequence[JournalEntry]:
        """See `domain.ports.Journal`: the oldest of what has been delivered so far."""
        if self._away_since is not None:
            await self._archive_answers()
        await self._inbox.attend()
        await self._bury_the_dead()
        taken = self._inbox.take(limit, self._most_bytes)
        if not taken:
            await self._note_idle()
            return ()
        try:
            admitted = await self._admit(taken)
        except (IntakeUnavailable, StoreUnavailable):
            self._inbox.put_back(taken)
            await self._without_archive()
            raise
        claimed = [await self._sorted_out(one, delivery) for one, delivery in zip(admitted, taken, strict=True)]
        return [entry for entry in claimed if entry is not None]

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        """See `domain.ports.Journal`. The broker forgets an entry only after the archive has its fate."""
        await self._archive.settle(outcomes)
        for outcome in outcomes:
            for number in to_numbers([outcome.raw_id]):
                if (delivery := self._inbox.finish(number)) is None:
                    continue
                if outcome.fate is Fate.WAITING:
                    await delivery.give_back()
                else:
                    await delivery.acknowledge()

    async def release(self, raw_ids: Sequence[str], *, uncount: bool) -> None:
        """See `domain.ports.Journal`. It needs no archive: that may be why they are given back."""
        try:
            await self._archive.release(raw_ids, uncount=uncount)
        except (IntakeUnavailable, StoreUnavailable) as error:
            log.info("release_not_noted", error=str(error), entries=len(raw_ids))
        for number in to_numbers(raw_ids):
            if (delivery := self._inbox.finish(number)) is None:
                continue
            if uncount:
                self._inbox.put_back([delivery])
            else:
                await delivery.give_back()

    async def close(self) -> None:
        """Say that nothing is held here any more."""
        if self._noted is not None:
            with suppress(IntakeUnavailable, StoreUnavailable):
                await self._archive.write(partial(queue_heads.forget, holder=self.holder))

    # Within

    async def _admit(self, taken: Sequence[Delivery]) -> Sequence[Admitted]:
        arrivals, now, draw = [one.arrival for one in taken], self._clock(), self._draw
        self._noted = head = self._head(now)

        def unit(connection: Connection) -> list[Admitted]:
            queue_heads.note(connection, head)
            return archive.admit(connection, arrivals, draw, now)

        return await self._archive.write(unit)

    async def _note_idle(self) -> None:
        """Once when there is nothing more, then now and then."""
        now = self._clock()
        noted = self._noted
        if noted is None or noted.held or now - noted.noted_at > queue_heads.FRESH / 3:
            self._noted = head = self._head(now)
            with suppress(IntakeUnavailable, StoreUnavailable):
                await self._archive.write(partial(queue_heads.note, head=head))

    def _head(self, now: datetime) -> Head:
        return Head(self.holder, self._inbox.held, self._inbox.oldest, now)

    async def _sorted_out(self, admitted: Admitted, delivery: Delivery) -> JournalEntry | None:
        """The entry, if it is to be worked on."""
        match admitted.how:
            case Admission.SETTLED | Admission.REPEATED:
                await delivery.acknowledge()
                return None
            case Admission.LATER:
                self._inbox.put_back([delivery])
                return None
        self._inbox.claim(admitted.raw_id, delivery)
        raw_id = to_text(admitted.raw_id)
        if delivery.damage:
            await self.settle([Outcome(raw_id=raw_id, fate=Fate.QUARANTINED, reason=delivery.damage)])
            return None
        interaction = delivery.arrival.interaction
        return entry_of(raw_id, interaction, Fate.CLAIMED, admitted.attempts, admitted.reason)

    async def _bury_the_dead(self) -> None:
        while (delivery := self._inbox.pop_dead()) is not None:
            reason = f"dead letter: {delivery.damage or f'delivered more than {DELIVERY_LIMIT} times'}"
            arrival, now, draw = replace(delivery.arrival, redeliveries=DELIVERY_LIMIT), self._clock(), self._draw
            bury = partial(archive.bury, arrival=arrival, reason=reason, draw=draw, now=now)
            try:
                buried = await self._archive.write(bury)
            except (IntakeUnavailable, StoreUnavailable):
                self._inbox.keep_dead(delivery)
                await self._without_archive()
                raise
            if buried:
                log.error("dead_letter", raw=to_text(arrival.raw_id), channel=arrival.interaction.channel)
            await delivery.acknowledge()

    async def _without_archive(self) -> None:
        now = asyncio.get_running_loop().time()
        self._away_since = self._away_since or now
        if now - self._away_since > PATIENCE:
            await self._inbox.leave()

    async def _archive_answers(self) -> None:
        """Raises IntakeUnavailable."""
        try:
            await self._archive.read(journal_queries.newest_id)
        except IntakeUnavailable:
            await self._without_archive()
            raise
        self._away_since = None


def entry_of(raw_id: str, raw: RawInteraction, fate: Fate, attempts: int, reason: str | None) -> JournalEntry:
    return JournalEntry(raw_id=raw_id, raw=raw, fate=fate, attempts=attempts, reason=reason)
