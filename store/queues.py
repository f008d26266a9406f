"""The three quorum queues of a journal that is kept by RabbitMQ, and what they must be.

    NAME         what waits                    ──┐ delivered more than DELIVERY_LIMIT times
    NAME.large   the same, LARGE bytes and more ──┴──▶ NAME.dead    quarantine: read into the archive by the workers

Large entries have a queue of their own because a prefetch counts messages, not bytes.
"""

from typing import Any, Final, Literal, TypeAlias

from aio_pika.abc import AbstractChannel, AbstractQueue
from aio_pika.exceptions import AMQPError, ChannelClosed, ChannelNotFoundEntity, ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused

from domain.errors import BalcaoError

LARGE = 131_072
DELIVERY_LIMIT = 50
"""Deliveries after which nobody is given a message any more: it never came as far as being claimed, for that is
counted elsewhere (`store.archive`). Above what a few restarts and broken connections come to."""
_NEVER = 1_000_000_000
"""A dead letter has nowhere to go from there; since RabbitMQ 4 no limit means 20."""

_QUORUM: Final[dict[str, Any]] = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}


Why: TypeAlias = Literal["properties", "access", "login", "missing", "size"]


class QueueRefused(BalcaoError):
    """A queue is not what it must be, or is not ours to use: a person must look at the broker or the settings."""

    def __init__(self, message: str, *, why: Why, about: str = "", detail: str) -> None:
        super().__init__(message, detail=detail)
        self.why: Why = why
        self.about = about


class Queues:
    """Names and arguments."""

    def __init__(self, name: str) -> None:
        self.small = name
        self.large = f"{name}.large"
        self.dead = f"{name}.dead"

    def of_size(self, size: int) -> str:
        return self.large if size >= LARGE else self.small

    def arguments(self, queue: str) -> dict[str, Any]:
        if queue == self.dead:
            return {**_QUORUM, "x-delivery-limit": _NEVER}
        return {
            **_QUORUM,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.dead,
            "x-dead-letter-strategy": "at-least-once",
        }

    @property
    def all(self) -> tuple[str, str, str]:
        """The last one first: nothing may die before there is a place for it."""
        return self.dead, self.small, self.large

    async def declare(self, channel: AbstractChannel) -> dict[str, AbstractQueue]:
        """Make what is missing, compare what is there. Raises QueueRefused and AMQPError."""
        return {name: await self.declare_one(channel, name) for name in self.all}

    async def declare_one(self, channel: AbstractChannel, name: str) -> AbstractQueue:
        try:
            return await channel.declare_queue(name, durable=True, arguments=self.arguments(name))
        except ChannelPreconditionFailed as error:
            text = f"the queue {name} exists with other properties"
            raise QueueRefused(text, why="properties", about=name, detail=said(error)) from error
        except ChannelAccessRefused as error:
            text = f"the queue {name} may not be used by this user"
            raise QueueRefused(text, why="access", about=name, detail=said(error)) from error

    async def depths(self, channel: AbstractChannel) -> dict[str, int]:
        """How many messages wait in each queue, those under way not counted. Raises QueueRefused and AMQPError."""
        found = {}
        for name in self.all:
            try:
                queue = await channel.declare_queue(name, passive=True)
            except ChannelNotFoundEntity as error:
                text = f"there is no queue {name}"
                raise QueueRefused(text, why="missing", about=name, detail=said(error)) from error
            found[name] = queue.declaration_result.message_count or 0
        return found


def said(error: AMQPError) -> str:
    """The broker's own words."""
    if isinstance(error, ChannelClosed) and error.args:
        return str(error.args[-1])
    return str(error) or type(error).__name__
