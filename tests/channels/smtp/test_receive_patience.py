"""Slow clients end; honest ones do not notice (attack 10 at small scale)."""

import asyncio

import pytest

from channels.smtp.receive_patience import Patience
from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import receiver_of, receiving, wired


@pytest.mark.parametrize("said", [b"", b"HELO c\r\n"])
async def test_a_client_that_says_nothing_more_is_sent_away(said):
    async with receiving(receiver_of(timeout="100ms"), FakeIntake()) as port, wired(port) as wire:
        wire.writer.write(said)
        assert b"421 4.4.2 Timed out" in await wire.replies_until_closed()


async def test_one_byte_at_a_time_inside_data_ends():
    async with receiving(receiver_of(timeout="200ms"), FakeIntake()) as port, wired(port) as wire:
        await wire.up_to_data()

        async def trickle():
            while True:
                wire.writer.write(b"x")
                await asyncio.sleep(0.02)

        async with asyncio.TaskGroup() as group:
            trickling = group.create_task(trickle())
            assert (await wire.reader.readline()).startswith(b"421 4.4.2")
            trickling.cancel()


async def test_one_who_only_says_noop_ends():
    async with receiving(receiver_of(timeout="150ms"), FakeIntake()) as port, wired(port) as wire:
        replies = []
        while not replies or replies[-1].startswith(b"250"):
            wire.writer.write(b"NOOP\r\n")
            replies.append(await wire.reply())
            await asyncio.sleep(0.02)
        assert replies[-1].startswith(b"421 4.4.2")


async def test_others_are_served_while_idle_ones_wait():
    async with receiving(receiver_of(timeout="1m"), FakeIntake()) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        async with wired(port) as wire:
            assert (await wire.content(b"oi\r\n.\r\n")).startswith(b"250")
        for _, writer in idle:
            writer.close()


class Loop:
    """As much of an event loop as a patience needs; its time passes when it is told to."""

    def __init__(self):
        self._now, self._due = 0.0, None

    def time(self):
        return self._now

    def call_later(self, delay, call):
        self._due = (self._now + delay, call)

    def passes(self, seconds):
        self._now += seconds
        at, call = self._due
        if self._now >= at:
            call()


def test_a_finished_message_begins_the_clock_anew():
    loop, given_up = Loop(), []
    patience = Patience(loop, 10, given_up.append)
    for _ in range(6):
        loop.passes(5)
        patience.finished()
    loop.passes(9)
    assert given_up == []
    loop.passes(1)
    assert len(given_up) == 1
