"""Sends what the outbox holds.

    PENDING ─claim, committed─▶ SENDING ─▶ sender ─┬─ taken               ─▶ SENT
       ▲                                           ├─ temporary, known    ─▶ deferred: growing delays
       └────────────────── not before ─────────────┤  … until given up    ─▶ FAILED
                                                   ├─ permanent           ─▶ FAILED
                                                   └─ outcome unknown     ─▶ FAILED if at most once

Few messages are claimed at a time, since a crash costs an automatic message its turn. What came of one round is
written in the transaction that claims the next.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from domain.errors import SendFailed, StoreUnavailable
from domain.outgoing import OutgoingMessage
from domain.ports import Sender
from ingest.supervise import Liveness, spawn
from ingest.telemetry import Metrics, clean
from store import outbox
from store.engines import Database

log = structlog.get_logger()

T = TypeVar("T")

PART = "dispatcher"
STORE_DELAY = 2.0
GIVE_WAY = 0.25
"""Seconds between rounds while the worker is behind."""


@dataclass(frozen=True, slots=True)
class Sent:
    message: OutgoingMessage
    remote_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    message: OutgoingMessage
    error: SendFailed


class Dispatcher:
    """`retry_delays` (seconds): the n-th failure waits the n-th delay; after the last one it is given up."""

    def __init__(
        self,
        *,
        database: Database,
        senders: Mapping[str, Sender],
        wake: asyncio.Event,
        calm: asyncio.Event,
        metrics: Metrics,
        liveness: Liveness,
        concurrency: int,
        retry_delays: Sequence[float],
        poll: float,
    ) -> None:
        self._database = database
        self._senders = senders
        self._wake = wake
        self._calm = calm
        self._metrics = metrics
        self._liveness = liveness
        self._concurrency = concurrency
        self._retry_delays = tuple(retry_delays)
        self._poll = poll
        self._round: asyncio.Task[bool] | None = None
        self._results: Sequence[Sent | NotSent] = []

    async def run(self) -> None:
        """Until cancelled; `drain` finishes the round under way."""
        await self._recover()
        while True:
            await self._give_way()
            # Shielded: what is claimed must be sent, and written down, even if we are told to stop meanwhile.
            self._round = spawn(self._one_round(), name="dispatch round")
            if not await asyncio.shield(self._round):
                await self._idle()

    async def _give_way(self) -> None:
        """While interactions pile up, filing them comes before telling others that theirs are filed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVE_WAY):
                await self._calm.wait()

    async def drain(self, grace: float) -> None:
        """After cancelling `run`: wait up to `grace` seconds for the round under way; write down what came of it."""
        if self._round is not None:
            await asyncio.wait([self._round], timeout=grace)
        if self._results:
            await self._database.write(self._record)

    async def close(self) -> None:
        for sender in self._senders.values():
            await sender.close()

    async def _recover(self) -> None:
        await self._written(lambda connection: outbox.recover(connection, datetime.now(UTC)))

    async def _one_round(self) -> bool:
        """Write down the last round and claim the next in one transaction, then send. False: nothing was due."""
        self._wake.clear()
        claimed = await self._written(self._record_and_claim)
        self._results = []
        if claimed:
            await self._send_all(claimed)
        return bool(claimed)

    async def _written(self, unit: Callable[[Connection], T]) -> T:
        """The result of `unit`, as soon as the ticket store can be used."""
        while True:
            try:
                result = await self._database.write(unit)
            except StoreUnavailable as error:
                self._liveness.down(PART, str(error))
                await asyncio.sleep(STORE_DELAY)
            else:
                self._liveness.up(PART)
                return result

    def _record_and_claim(self, connection: Connection) -> Sequence[OutgoingMessage]:
        self._record(connection)
        return outbox.claim(connection, self._concurrency, datetime.now(UTC))

    async def _idle(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._wake.wait()

    async def _send_all(self, claimed: Sequence[OutgoingMessage]) -> None:
        self._results = await asyncio.gather(*map(self._send, claimed))
        for result in self._results:
            outcome, reason = self._verdict(result)
            self._metrics.sent.labels(result.message.channel, outcome).inc()
            log.info("outgoing", outbox=result.message.outbox_id, ticket=result.message.ticket,
                     channel=result.message.channel, result=outcome, reason=reason)  # fmt: skip

    async def _send(self, message: OutgoingMessage) -> Sent | NotSent:
        sender = self._senders.get(message.channel)
        try:
            if sender is None:
                raise SendFailed(f"channel {message.channel!r} cannot send", permanent=True)
            return Sent(message, await sender.send(message))
        except SendFailed as error:
            return NotSent(message, error)
        except Exception as error:
            log.exception("send_crashed", outbox=message.outbox_id, channel=message.channel)
            return NotSent(message, SendFailed(type(error).__name__, permanent=False, outcome_unknown=True))

    def _verdict(self, result: Sent | NotSent) -> tuple[str, str | None]:
        """`sent`, `failed` or `deferred`, and why."""
        if isinstance(result, Sent):
            return "sent", None
        message, error = result.message, result.error
        unrepeatable = error.outcome_unknown and message.automatic
        if error.permanent or unrepeatable or message.attempts > len(self._retry_delays):
            return "failed", clean(str(error))
        return "deferred", clean(str(error))

    def _record(self, connection: Connection) -> None:
        now = datetime.now(UTC)
        outbox.finish(connection, [self._ending(result, now) for result in self._results])

    def _ending(self, result: Sent | NotSent, now: datetime) -> outbox.Ending:
        message = result.message
        match self._verdict(result):
            case "deferred", str(reason):
                delay = timedelta(seconds=self._retry_delays[message.attempts - 1])
                return outbox.deferred(message.outbox_id, reason, now + delay)
            case "failed", str(reason):
                return outbox.failed(message.outbox_id, reason, now)
            case _:
                assert isinstance(result, Sent), "only these three verdicts are given"
                return outbox.sent(message.outbox_id, result.remote_id, now)
