"""Whether a broker would keep our journal, found out without making anything there.

connect ─▶ each queue: there? ─no─▶ a start makes it
              │ yes: as it must be?
              ▼
a message as large as an entry may be, to nobody: is it taken?
"""

import ssl
from uuid import uuid4

from aio_pika import Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused

from domain.broker import BrokerAddress
from domain.errors import IntakeUnavailable
from store.broker import FAILURES, Link
from store.queues import QueueRefused, Queues, said

NOBODY = "balcao.nobody"


async def examine(address: BrokerAddress, queue: str, *, tls: ssl.SSLContext | None, largest: int) -> None:
    """Raises QueueRefused for what a person must mend, IntakeUnavailable when nobody can say now."""

    async def nothing(_: AbstractChannel) -> None:
        """A check makes nothing."""

    link = Link(address, name="balcao check", prepare=nothing, tls=tls)
    queues = Queues(queue)
    try:
        await link.up()
        for name in queues.all:
            await _compare(link, queues, name)
        await _weigh(link, queue, largest)
    except FAILURES as error:
        raise IntakeUnavailable("the broker went away", detail=f"{type(error).__name__}: {error}") from error
    finally:
        await link.close()


async def _compare(link: Link, queues: Queues, name: str) -> None:
    async with link.spare() as channel:
        try:
            await channel.declare_queue(name, passive=True)
        except ChannelNotFoundEntity:
            return
        await queues.declare_one(channel, name)


async def _weigh(link: Link, queue: str, size: int) -> None:
    channel = await link.channel()
    try:
        message = Message(bytes(size))
        await channel.default_exchange.publish(message, routing_key=f"{NOBODY}.{uuid4().hex}", mandatory=False)
    except ChannelAccessRefused as error:
        raise QueueRefused("this user may not write", why="access", about=queue, detail=said(error)) from error
    except ChannelPreconditionFailed as error:
        text = f"the broker takes no message of {size} bytes"
        raise QueueRefused(text, why="size", about=str(size), detail=said(error)) from error
