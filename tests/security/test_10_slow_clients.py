"""Attack 10: clients that are slow, idle or never get to the point are limited; others are served meanwhile."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import one_mail, receiver_of, receiving, wired
from tests.patience import PATIENCE

MOST = 12


async def test_one_byte_a_while_inside_data_ends_and_nothing_of_it_is_kept():
    intake = FakeIntake()
    async with receiving(receiver_of(timeout="500ms"), intake) as port, wired(port) as wire:
        await wire.up_to_data()

        async def drip():
            while True:
                wire.writer.write(b"x")
                await asyncio.sleep(0.1)

        dripping = asyncio.ensure_future(drip())
        try:
            assert (await wire.replies_until_closed(5)).startswith(b"421 4.4.2")
        finally:
            dripping.cancel()
    assert intake.accepted == []


@pytest.mark.parametrize("said", [b"", b"HELO c\r\n", b"HELO c\r\nMAIL FROM:<>\r\n"])
@pytest.mark.parametrize("lmtp", [False, True])
async def test_idle_connections_up_to_the_limit_leave_room_and_are_sent_away(said, lmtp):
    """As many as one address may have hang idle; another address is served, and the idle ones end by themselves."""
    limits = {"max_connections": 2 * MOST, "max_connections_per_address": MOST, "timeout": "1s"}
    receiver, intake = receiver_of(lmtp=["127.0.0.1:0"], **limits), FakeIntake()
    async with receiving(receiver, intake) as port, AsyncExitStack() as stack:
        target = receiver.lmtp_addresses[0].port if lmtp else port
        idle = [await stack.enter_async_context(wired(target)) for _ in range(MOST)]
        for wire in idle:
            wire.writer.write(said)
        async with wired(port) as one_too_many:
            assert (await one_too_many.replies_until_closed()) == b""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"220")
        writer.close()
        ends = await asyncio.gather(*(wire.replies_until_closed(8) for wire in idle))
        assert all(b"421 4.4.2" in end for end in ends)
        assert await asyncio.to_thread(one_mail, port) == 250
    assert len(intake.accepted) == 1
