"""What of a message has arrived is not sent again."""

import pytest

from channels.in_pieces import _REMEMBERED, Arrived
from domain.errors import SendFailed


def posting(sent, refuse=()):
    async def post(number, piece):
        if piece in refuse:
            raise SendFailed("no", permanent=False)
        sent.append((number, piece))
        return f"id-{piece}"

    return post


async def test_every_piece_goes_once_and_the_last_one_names_the_message():
    arrived, sent = Arrived(), []
    assert await arrived.send("k", ["a", "b"], posting(sent)) == "id-b"
    assert sent == [(0, "a"), (1, "b")]
    assert await arrived.send("k", [], posting(sent)) == ""


async def test_the_next_try_goes_on_where_the_last_one_failed():
    arrived, sent = Arrived(), []
    with pytest.raises(SendFailed):
        await arrived.send("k", ["a", "b", "c"], posting(sent, refuse={"b"}))
    await arrived.send("k", ["a", "b", "c"], posting(sent))
    assert sent == [(0, "a"), (1, "b"), (2, "c")]


async def test_a_message_that_arrived_whole_is_forgotten_and_so_are_old_ones():
    arrived, sent = Arrived(), []
    await arrived.send("k", ["a"], posting(sent))
    await arrived.send("k", ["a"], posting(sent))
    assert len(sent) == 2, "to repeat it is not ours to decide"
    for number in range(_REMEMBERED + 1):
        with pytest.raises(SendFailed):
            await arrived.send(str(number), ["a", "b"], posting(sent, refuse={"b"}))
    assert len(arrived._pieces) == _REMEMBERED
