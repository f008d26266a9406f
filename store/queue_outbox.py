"""Publishing: an entry is durable once the broker confirms it, and quorum queues do so once a majority synced it.

publish ─▶ confirmed                                    durable
         ├ nothing within CONFIRM_TIMEOUT               not now; another node is tried next
         ├ refused (nack), or returned: no such queue   not now; queues are looked at anew
         └ connection or channel lost                   not now; it may be there all the same, hence the dedup_key
"""

import asyncio
import ssl
import time

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelPreconditionFailed, DeliveryError

from domain.broker import BrokerAddress
from domain.errors import IntakeUnavailable
from domain.raw import RawInteraction
from store.broker import FAILURES, Link
from store.queue_entries import encode
from store.queues import QueueRefused, Queues, said
from store.raw_ids import to_text
from store.writer import Noted, unheard

log = structlog.get_logger()

CONFIRM_TIMEOUT = 8.0
"""Seconds. A leader that dies is replaced within two; whoever waits for our answer gives up after ten or more."""
AT_ONCE = 500
"""Messages on their way to the broker at once; what is more waits for its turn, or is refused after a while."""


class Outbox:
    def __init__(self, address: BrokerAddress, queues: Queues, *, tls: ssl.SSLContext | None = None) -> None:
        self._queues = queues
        self._link = Link(address, name="balcao intake", prepare=self._prepare, tls=tls)
        self._room = asyncio.Semaphore(AT_ONCE)
        self.noted: Noted = unheard
        self._under_way = 0

    @property
    def is_half_full(self) -> bool:
        return self._under_way * 2 >= AT_ONCE

    async def publish(self, raw_id: int, interaction: RawInteraction, late: int = 0) -> None:
        """Return once it is durable. Raises IntakeUnavailable."""
        begun, well = time.perf_counter(), False
        self._under_way += 1
        try:
            await self._publish(raw_id, interaction, late)
            well = True
        finally:
            self._under_way -= 1
            self.noted(1, time.perf_counter() - begun, well=well)

    async def _publish(self, raw_id: int, interaction: RawInteraction, late: int) -> None:
        large = len(interaction.payload) > 1 << 20
        body = await asyncio.to_thread(encode, interaction, late) if large else encode(interaction, late)
        message = Message(body, message_id=to_text(raw_id), delivery_mode=DeliveryMode.PERSISTENT)
        queue = self._queues.of_size(len(body))
        channel = await self._channel()
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT), self._room:
                await channel.default_exchange.publish(message, routing_key=queue, mandatory=True)
        except TimeoutError as error:
            await self._link.check_unblocked()
            await self._link.let_go(channel)
            raise IntakeUnavailable("the broker confirms nothing now", detail=f"queue {queue}") from error
        except DeliveryError as error:
            await self._link.let_go(channel)
            raise IntakeUnavailable("the broker refuses to keep anything now", detail=str(error)) from error
        except ChannelPreconditionFailed as error:
            log.error("broker_refuses_size", bytes=len(body), error=said(error))  # noqa: TRY400 - it says all there is
            raise IntakeUnavailable("the broker takes nothing of this size", detail=said(error)) from error
        except FAILURES as error:
            raise IntakeUnavailable("the broker went away", detail=f"{type(error).__name__}: {error}") from error

    async def depths(self) -> dict[str, int]:
        """How many entries wait in each queue. Raises IntakeUnavailable."""
        channel = await self._channel()
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT), self._link.spare() as spare:
                return await self._queues.depths(spare)
        except QueueRefused as error:
            await self._link.let_go(channel)
            raise IntakeUnavailable(str(error), detail=error.detail) from error
        except FAILURES as error:
            raise IntakeUnavailable("the broker does not answer", detail=f"{type(error).__name__}: {error}") from error

    async def connect(self) -> None:
        """Raises IntakeUnavailable, and QueueRefused for what only a person can mend."""
        await self._link.up()

    async def close(self) -> None:
        await self._link.close()

    async def _channel(self) -> AbstractChannel:
        await self._link.check_unblocked()
        try:
            return await self._link.channel()
        except QueueRefused as error:
            raise IntakeUnavailable(str(error), detail=error.detail) from error

    async def _prepare(self, channel: AbstractChannel) -> None:
        await self._queues.declare(channel)
