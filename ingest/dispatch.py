"""Sends what the outbox holds.

    PENDING ─claim, committed─▶ SENDING ─▶ sender ─┬─ taken               ─▶ SENT
       ▲                                           ├─ temporary, known    ─▶ deferred: growing delays, or as told
       └────────────────── not before ─────────────┤  … until given up    ─▶ FAILED
                                                   ├─ nobody is there, or ─▶ kept until that changes (absence.py);
                                                   │  we are not let in      the part `<channel>/sending` is down
                                                   ├─ permanent           ─▶ FAILED
                                                   └─ outcome unknown     ─▶ FAILED if at most once

There is room for `concurrency` messages at once, and for `per_destination` of one mail domain: a slow domain holds up
nobody but itself. Few are under way at a time, since a crash costs an automatic message its turn. What came of some is
written in the transaction that claims others.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from domain.errors import SendFailed, StoreUnavailable
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage
from domain.ports import Sender
from ingest.absence import Absences
from ingest.insisting import insist
from ingest.logs import clean
from ingest.metrics import Metrics
from ingest.supervise import Liveness, spawn
from ingest.tracing import Traces
from store import outbox
from store.contents import Contents
from store.engines import Database
from store.nodes import ALONE

log = structlog.get_logger()

T = TypeVar("T")

PART = "dispatcher"
LONGEST_RETRY_AFTER = 86400.0
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


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Dispatcher:
    """`retry_delays` (seconds): the n-th failure waits the n-th delay; after the last one it is given up.

    What waited as long as all of them together because nobody was there is given up, too.
    `files` is where the contents of attachments are kept, `holder` what this node is called.
    """

    def __init__(
        self,
        *,
        database: Database,
        files: Contents,
        senders: Mapping[str, Sender],
        wake: asyncio.Event,
        calm: asyncio.Event,
        metrics: Metrics,
        liveness: Liveness,
        concurrency: int,
        per_destination: int,
        retry_delays: Sequence[float],
        poll: float,
        holder: str = ALONE,
        now: Callable[[], datetime] = _utc_now,
        traces: Traces | None = None,
    ) -> None:
        self._traces = traces
        self._database = database
        self._files = files
        self._senders = senders
        self._wake = wake
        self._calm = calm
        self._metrics = metrics
        self._liveness = liveness
        self._concurrency = concurrency
        self._per_destination = per_destination
        self._retry_delays = tuple(retry_delays)
        self._poll = poll
        self._holder = holder
        self._now = now
        self._turn: asyncio.Task[bool] | None = None
        self._under_way: dict[asyncio.Task[None], OutgoingMessage] = {}
        self._results: list[Sent | NotSent] = []
        self._absences = Absences()

    async def run(self) -> None:
        """Until cancelled; `drain` finishes what is under way."""
        left_by = self._holder if self._database.is_shared else None
        await self._written(lambda connection: outbox.recover(connection, self._now(), left_by))
        while True:
            await self._give_way()
            self._wake.clear()
            # Shielded: what is claimed must be sent, even if we are told to stop meanwhile.
            self._turn = spawn(self._one_turn(), name="dispatch turn")
            if not await asyncio.shield(self._turn):
                await self._idle()

    async def _give_way(self) -> None:
        """While interactions pile up, filing them comes before telling others that theirs are filed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GIVE_WAY):
                await self._calm.wait()

    async def drain(self, grace: float) -> None:
        """After cancelling `run`: wait up to `grace` seconds for what is under way; write down what came of it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                if self._turn is not None:
                    await asyncio.wait([self._turn])
                if self._under_way:
                    await asyncio.wait(self._under_way)
        if self._results:
            await self._database.write(self._record(self._results))

    async def close(self) -> None:
        for sender in self._senders.values():
            await sender.close()

    async def _one_turn(self) -> bool:
        """Write down what came of some and claim others in one transaction, start them. False: none could be."""
        results = tuple(self._results)
        room = self._concurrency - len(self._under_way)
        if not results and not room:
            return False
        busy = Counter(message.destination for message in self._under_way.values() if message.destination is not None)
        record = self._record(results)
        channels = self._absences.room(self._now(), (message.channel for message in self._under_way.values()))

        def unit(connection: Connection) -> Sequence[OutgoingMessage]:
            record(connection)
            if not room:
                return ()
            return outbox.claim(
                connection,
                room,
                self._now(),
                busy=busy,
                per_destination=self._per_destination,
                room=channels,
                holder=self._holder,
            )

        claimed = await self._written(unit)
        del self._results[: len(results)]
        for message in claimed:
            task = spawn(self._send_and_note(message), name=f"sending {message.outbox_id}")
            self._under_way[task] = message
            task.add_done_callback(self._ended)
        return bool(claimed)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._wake.set()

    async def _written(self, unit: Callable[[Connection], T]) -> T:
        """The result of `unit`, as soon as the ticket store can be used."""
        return await insist(lambda: self._database.write(unit), self._liveness, PART)

    async def _idle(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._wake.wait()

    async def _send_and_note(self, message: OutgoingMessage) -> None:
        begun = time.time_ns()
        result = await self._send(message)
        seconds = max(time.time_ns() - begun, 0) / 1e9
        self._metrics.stages["dispatch"].wrote(1, seconds, well=isinstance(result, Sent))
        self._results.append(result)
        outcome, reason = self._verdict(result)
        self._alarm(result)
        self._metrics.sent.labels(message.channel, outcome).inc()
        log.info("outgoing", outbox=message.outbox_id, ticket=message.ticket,
                 channel=message.channel, result=outcome, reason=reason)  # fmt: skip
        if self._traces is not None:
            await self._trace(self._traces, message, begun, outcome)

    async def _trace(self, traces: Traces, message: OutgoingMessage, begun: int, outcome: str) -> None:
        with suppress(StoreUnavailable):
            raw_id = await self._database.read(lambda connection: outbox.answered(connection, message.outbox_id))
            traces.sent(message, raw_id, begun, outcome)

    def _alarm(self, result: Sent | NotSent) -> None:
        """A channel whose peer is away or refuses us is a part that is down until it takes a message again."""
        channel = result.message.channel
        part = f"{channel}/sending"
        if isinstance(result, Sent):
            self._metrics.last_sent.labels(channel).set_to_current_time()
            if self._absences.back(channel):
                self._liveness.up(part)
            return
        error, reason = result.error, clean(str(result.error))
        if _concerns_all(error) and self._absences.noted(channel, self._now(), for_long=error.credentials):
            if error.credentials:
                log.error("credentials_rejected", part=part, reason=reason)
            else:
                log.error("peer_away", part=part, reason=reason, detail=clean(error.detail) or None)
            self._liveness.down(part, reason)

    async def _send(self, message: OutgoingMessage) -> Sent | NotSent:
        sender = self._senders.get(message.channel)
        try:
            if sender is None:
                raise SendFailed(f"channel {message.channel!r} cannot send", permanent=True)
            return Sent(message, await sender.send(await self._with_files(message)))
        except SendFailed as error:
            return NotSent(message, error)
        except Exception as error:
            log.exception("send_crashed", outbox=message.outbox_id, channel=message.channel)
            return NotSent(message, SendFailed(type(error).__name__, permanent=False, outcome_unknown=True))

    async def _with_files(self, message: OutgoingMessage) -> OutgoingMessage:
        """Raises SendFailed when a file is not what was stored: half a message is not sent."""
        attachments = []
        for file in message.files:
            try:
                content = await asyncio.to_thread(self._files.get, file.sha256)
            except StoreUnavailable as error:
                raise SendFailed(str(error), permanent=False, detail=error.detail) from error
            if content is None:
                raise SendFailed(f"the attachment {file.name!r} is gone from the store", permanent=True)
            attachments.append(Attachment(name=file.name, content_type=file.content_type, content=content))
        return replace(message, attachments=tuple(attachments)) if attachments else message

    def _verdict(self, result: Sent | NotSent) -> tuple[str, str | None]:
        """`sent`, `failed` or `deferred`, and why."""
        if isinstance(result, Sent):
            return "sent", None
        message, error = result.message, result.error
        if _concerns_all(error):
            waited = self._now() - message.created_at
            too_long = not error.credentials and waited > timedelta(seconds=sum(self._retry_delays))
            return "failed" if too_long else "deferred", clean(str(error))
        unrepeatable = error.outcome_unknown and message.automatic
        if error.permanent or unrepeatable or message.attempts > len(self._retry_delays):
            return "failed", clean(str(error))
        return "deferred", clean(str(error))

    def _pause(self, result: Sent | NotSent) -> float:
        """Seconds until the next try."""
        assert isinstance(result, NotSent), "what was sent is not deferred"
        own = self._retry_delays[min(result.message.attempts, len(self._retry_delays)) - 1]
        asked = result.error.retry_after
        return own if asked is None else min(max(asked, 1.0), LONGEST_RETRY_AFTER)

    def _record(self, results: Sequence[Sent | NotSent]) -> Callable[[Connection], None]:
        endings = [self._ending(result, self._now()) for result in results]
        return lambda connection: outbox.finish(connection, endings, self._holder)

    def _ending(self, result: Sent | NotSent, now: datetime) -> outbox.Ending:
        message = result.message
        match self._verdict(result):
            case "deferred", str(reason) if isinstance(result, NotSent) and _concerns_all(result.error):
                return outbox.kept(message.outbox_id, reason)
            case "deferred", str(reason):
                return outbox.deferred(message.outbox_id, reason, now + timedelta(seconds=self._pause(result)))
            case "failed", str(reason):
                return outbox.failed(message.outbox_id, reason, now)
            case _:
                assert isinstance(result, Sent), "only these three verdicts are given"
                return outbox.sent(message.outbox_id, result.remote_id, now)


def _concerns_all(error: SendFailed) -> bool:
    """Whether every other message of its channel would fare the same."""
    return error.away or error.credentials
