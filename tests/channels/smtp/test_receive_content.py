"""Content in bulk: whatever the pieces it comes in, it is what a line-by-line reader would have made of it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.smtp.receive_content import ContentReader, Overrun
from channels.smtp.receive_limits import Limits

LIMIT = 64


def stuffed(content: bytes) -> bytes:
    """As an honest client sends it: CR LF lines, dots doubled, the dot on a line of its own."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


async def read(octets, pieces, *, max_message=10_000, in_flight=10_000):
    stream = asyncio.StreamReader(limit=LIMIT)
    limits = Limits(max_connections=1, max_connections_per_address=1, max_in_flight=in_flight)
    reader = ContentReader(stream, limits, max_message, lambda: None)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(reader.read())
        for start in range(0, len(octets), pieces):
            stream.feed_data(octets[start : start + pieces])
            await asyncio.sleep(0)
        stream.feed_eof()
    content = reading.result()
    assert limits.in_flight >= (len(content) if isinstance(content, bytes) else 0)
    reader.release()
    assert limits.in_flight == 0
    return content, await stream.read()


@pytest.mark.parametrize("pieces", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(
    "content",
    [b"", b"\r\n", b"a\r\n", b".\r\n", b"..\r\n.\r\n", b".a\r\nb\r\n", b"\r\n.\r\n\r\n", b"x" * 500 + b"\r\n"],
)
async def test_what_was_stuffed_comes_out_as_it_was(content, pieces):
    assert await read(stuffed(content) + b"QUIT\r\n", pieces) == (content, b"QUIT\r\n")


@given(st.binary(max_size=400), st.integers(1, 100))
def test_any_bytes_come_through_whatever_their_pieces(content, pieces):
    """Bare CR, bare LF and NUL are content like any other byte."""
    content += b"\r\n"

    assert asyncio.run(read(stuffed(content), pieces)) == (content, b"")


async def test_content_beyond_the_limit_is_read_and_forgotten():
    assert await read(b"x" * 1500 + b"\r\n.\r\nNOOP\r\n", 50, max_message=1000) == (Overrun.TOO_BIG, b"NOOP\r\n")


async def test_content_for_which_there_is_no_room_is_read_and_forgotten():
    assert await read(b"x" * 1500 + b"\r\n.\r\n", 50, in_flight=1000) == (Overrun.NO_ROOM, b"")


async def test_patience_with_endless_content_ends():
    content, _ = await read(b"x" * 50_000, 50, max_message=1000)

    assert content is Overrun.ENDLESS


async def test_a_limit_counts_content_not_its_end():
    content = b"x" * 998 + b"\r\n"

    assert await read(stuffed(content), 50, max_message=1000) == (content, b"")
