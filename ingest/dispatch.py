"""Sends what the outbox holds.

    PENDING ─claim, committed─▶ SENDING ─▶ sender ─┬─ taken               ─▶ SENT
       ▲                                           ├─ temporary, known    ─▶ deferred: growing delays
       └────────────────── not before ─────────────┤  … until given up    ─▶ FAILED
                                                   ├─ permanent           ─▶ FAILED
                                                   └─ outcome unknown     ─▶ FAILED if at most once

Few messages are claimed at a time, since a crash costs an automatic message its turn.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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

PART = "dispatcher"
STORE_DELAY = 2.0


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
        metrics: Metrics,
        liveness: Liveness,
        concurrency: int,
        retry_delays: Sequence[float],
        poll: float,
    ) -> None:
        self._database = database
        self._senders = senders
        self._wake = wake
        self._metrics = metrics
        self._liveness = liveness
        self._concurrency = concurrency
        self._retry_delays = tuple(retry_delays)
        self._poll = poll

    async def run(self) -> None:
        """Until cancelled."""
        recovered = False
        while True:
            try:
                if not recovered:
                    await self._database.write(lambda connection: outbox.recover(connection, datetime.now(UTC)))
                    recovered = True
                self._wake.clear()
                busy = await self._one_round()
                self._liveness.up(PART)
            except StoreUnavailable as error:
                self._liveness.down(PART, str(error))
                await asyncio.sleep(STORE_DELAY)
                continue
            if not busy:
                await self._idle()

    async def close(self) -> None:
        for sender in self._senders.values():
            await sender.close()

    async def _idle(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._poll)
        except TimeoutError:
            return

    async def _one_round(self) -> bool:
        """Claim, send, write down. Once claimed, a round is finished even if we are told to stop."""
        claimed = await self._database.write(
            lambda connection: outbox.claim(connection, self._concurrency, datetime.now(UTC))
        )
        if claimed:
            await asyncio.shield(spawn(self._finish(claimed), name="dispatch round"))
        return bool(claimed)

    async def _finish(self, claimed: Sequence[OutgoingMessage]) -> None:
        results = await asyncio.gather(*map(self._send, claimed))
        while True:
            try:
                await self._database.write(lambda connection: self._record(connection, results))
            except StoreUnavailable as error:
                log.warning("outbox_unavailable", error=str(error))
                await asyncio.sleep(STORE_DELAY)
            else:
                return

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

    def _record(self, connection: Connection, results: Sequence[Sent | NotSent]) -> None:
        now = datetime.now(UTC)
        for result in results:
            if isinstance(result, Sent):
                outbox.sent(connection, result.message.outbox_id, result.remote_id, now)
                outcome, reason = "sent", None
            else:
                outcome, reason = self._record_failure(connection, result, now)
            self._metrics.sent.labels(result.message.channel, outcome).inc()
            log.info("outgoing", outbox=result.message.outbox_id, ticket=result.message.ticket,
                     channel=result.message.channel, result=outcome, reason=reason)  # fmt: skip

    def _record_failure(self, connection: Connection, failure: NotSent, now: datetime) -> tuple[str, str]:
        message, error = failure.message, failure.error
        reason = clean(str(error))
        unrepeatable = error.outcome_unknown and message.automatic
        if error.permanent or unrepeatable or message.attempts > len(self._retry_delays):
            outbox.failed(connection, message.outbox_id, reason, now)
            return "failed", reason
        delay = timedelta(seconds=self._retry_delays[message.attempts - 1])
        outbox.deferred(connection, message.outbox_id, reason, now + delay)
        return "deferred", reason
