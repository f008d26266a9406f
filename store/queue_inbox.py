"""What a worker was delivered and has not settled yet.

    queue ──▶ held ──take──▶ (claim) ──▶ claimed ──finish──▶ acknowledged, or given back to the queue
                ▲                           │
                └───────── put_back ────────┘    not its fault: stays with us, the broker counts nothing

The broker keeps everything here until it is acknowledged; when this process or its connection dies it delivers it anew.
"""

import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import MessageProcessError

from domain.broker import BrokerAddress
from domain.errors import IntakeUnavailable
from domain.raw import RawInteraction
from store.archive import Arrival
from store.broker import FAILURES, Link
from store.queue_entries import Damaged, decode, id_of, unreadable
from store.queues import QueueRefused, Queues

log = structlog.get_logger()

FEW = 4
"""Large entries and dead letters that may lie here at once."""

Key: TypeAlias = tuple[int, str]


@dataclass(slots=True)
class Delivery:
    """`damage` says why it cannot be worked on. Of what lies here the smallest `turn` is taken first."""

    arrival: Arrival
    message: AbstractIncomingMessage
    damage: str | None = None
    turn: int = 0

    @property
    def key(self) -> Key:
        """Two processes may have drawn one id in the same nanosecond."""
        return self.arrival.raw_id, self.arrival.interaction.dedup_key

    @property
    def is_alive(self) -> bool:
        """Whether the broker still waits for our word on it."""
        return not self.message.channel.is_closed

    async def acknowledge(self) -> None:
        with suppress(*FAILURES, MessageProcessError):
            await self.message.ack()

    async def give_back(self) -> None:
        """It is delivered again, here or elsewhere, and counted."""
        with suppress(*FAILURES, MessageProcessError):
            await self.message.nack(requeue=True)


class Inbox:
    """`prefetch` small entries may be here at once. `draw` gives an id to what has none."""

    def __init__(
        self,
        address: BrokerAddress,
        queues: Queues,
        *,
        prefetch: int,
        draw: Callable[[], int],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._queues = queues
        self._prefetch = prefetch
        self._draw = draw
        self._link = Link(address, name="balcao worker", prepare=self._consume, tls=tls)
        self.arrived: Callable[[], None] = lambda: None
        self._held: dict[Key, Delivery] = {}
        self._claimed: dict[Key, Delivery] = {}
        self._claims: dict[int, Key] = {}
        self._dead: dict[Key, Delivery] = {}

    async def attend(self) -> None:
        """Be connected and consuming. Raises IntakeUnavailable."""
        if self._link.is_up:
            return
        self._held.clear()
        self._dead.clear()
        try:
            await self._link.up()
        except QueueRefused as error:
            raise IntakeUnavailable(str(error), detail=error.detail) from error

    async def leave(self) -> None:
        """Give everything back to the broker, until the next `attend`."""
        await self._link.let_go()
        self._held.clear()
        self._dead.clear()

    async def close(self) -> None:
        await self._link.close()

    # Taking and settling

    def take(self, limit: int, most_bytes: int) -> list[Delivery]:
        """The next in turn that lie here, at most `limit` and `most_bytes` of payload, but one whatever its size."""
        taken: list[Delivery] = []
        total = 0
        for delivery in sorted(self._held.values(), key=lambda one: one.turn)[:limit]:
            total += len(delivery.arrival.interaction.payload)
            if taken and total > most_bytes:
                break
            taken.append(delivery)
        for delivery in taken:
            del self._held[delivery.key]
        return taken

    def put_back(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.is_alive:
                self._held.setdefault(delivery.key, delivery)

    def claim(self, raw_id: int, delivery: Delivery) -> None:
        """The archive knows it by `raw_id`."""
        self._claimed[delivery.key] = delivery
        self._claims[raw_id] = delivery.key

    def finish(self, raw_id: int) -> Delivery | None:
        """No longer claimed; None when it is not here."""
        key = self._claims.pop(raw_id, None)
        return None if key is None else self._claimed.pop(key, None)

    def pop_dead(self) -> Delivery | None:
        return self._dead.pop(next(iter(self._dead)), None) if self._dead else None

    def keep_dead(self, delivery: Delivery) -> None:
        self._dead[delivery.key] = delivery

    # Being looked at

    @property
    def held(self) -> int:
        return len(self._held)

    def find(self, raw_id: int) -> Delivery | None:
        return next((one for one in self._held.values() if one.arrival.raw_id == raw_id), None)

    def waiting(self) -> list[tuple[int, RawInteraction]]:
        return [(delivery.arrival.raw_id, delivery.arrival.interaction) for delivery in self._held.values()]

    @property
    def oldest(self) -> datetime | None:
        """When the oldest that lies here was received."""
        return min((one.arrival.interaction.received_at for one in self._held.values()), default=None)

    # Being delivered to

    async def _consume(self, channel: AbstractChannel) -> None:
        found = await self._queues.declare(channel)
        amounts = {self._queues.dead: FEW, self._queues.large: FEW, self._queues.small: self._prefetch}
        for name, amount in amounts.items():
            await channel.set_qos(prefetch_count=amount)
            into = self._take_dead if name == self._queues.dead else self._take_in
            await self._start(found[name], into)

    async def _start(self, queue: AbstractQueue, into: Callable[[Delivery], Any]) -> None:
        await queue.consume(partial(self._delivered, into))

    async def _delivered(self, into: Callable[[Delivery], Any], message: AbstractIncomingMessage) -> None:
        twice = into(self._read(message))
        if twice is not None:
            await twice.acknowledge()
        self.arrived()

    def _take_in(self, delivery: Delivery) -> Delivery | None:
        """What is here already: it was put into the queue twice (acknowledged), or delivered anew (takes its place)."""
        for place in (self._claimed, self._held):
            if (here := place.get(delivery.key)) is not None:
                if here.is_alive:
                    return delivery
                place[delivery.key] = delivery
                return None
        self._held[delivery.key] = delivery
        return None

    def _take_dead(self, delivery: Delivery) -> None:
        self._dead[delivery.key] = delivery

    def _read(self, message: AbstractIncomingMessage) -> Delivery:
        raw_id = id_of(message.message_id)
        redeliveries = int(message.headers.get("x-delivery-count") or 0)  # type: ignore[arg-type]  # a number, says RabbitMQ
        damage, late = None, 0
        try:
            interaction, late = decode(message.body)
        except Damaged as error:
            damage = str(error)
        if raw_id is None:
            damage = damage or "damaged in the queue: it has no id of ours"
            raw_id = self._draw()
        if damage:
            interaction = unreadable(message.body, raw_id)
        return Delivery(Arrival(raw_id, interaction, redeliveries), message, damage, raw_id + late)
