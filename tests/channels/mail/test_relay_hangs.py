"""A relay that falls silent, cuts, or says nonsense at any moment: what is known of the message afterwards."""

import asyncio
import email
from contextlib import asynccontextmanager

import pytest

from domain.errors import SendFailed
from tests.channels.mail.outgoing import message
from tests.channels.mail.test_relay import sender_to
from tests.patience import PATIENCE

ANSWERS = {"EHLO": "250-relay\r\n250 8BITMIME", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 queued"}
NOTHING_LEFT_US = ["greeting", "EHLO", "MAIL", "RCPT", "DATA"]


@asynccontextmanager
async def relay_that(moment, deed):
    """At `moment` it does `deed`: "hang", "cut", or says what `deed` is. Yields its port and what it took."""
    taken, over, served = [], asyncio.Event(), []

    async def does(writer, now):
        if now != moment or deed not in {"hang", "cut"}:
            writer.write((deed if now == moment else ANSWERS.get(now, "220 relay")).encode() + b"\r\n")
            return True
        if deed == "hang":
            await over.wait()
        return False

    async def serve(reader, writer):
        served.append(asyncio.current_task())
        going = await does(writer, "greeting")
        while going and (line := await reader.readline()):
            verb = line.split()[0].decode().upper()[:4]
            going = await does(writer, verb)
            if verb == "DATA" and going and not (moment == "DATA" and deed != "354 go"):
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
                going = await does(writer, ".")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], taken
    finally:
        over.set()
        server.close()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*served, return_exceptions=True)


async def failing(moment, deed):
    async with relay_that(moment, deed) as (port, taken):
        sender = sender_to(port, timeout=5 if moment == "." else 0.15, content_timeout=0.15)
        try:
            with pytest.raises(SendFailed) as failed:
                async with asyncio.timeout(PATIENCE):
                    await sender.send(message())
        finally:
            await sender.close()
    return failed.value, taken


@pytest.mark.parametrize("deed", ["hang", "cut", "421 4.3.2 shutting down", "450 4.2.0 later"])
@pytest.mark.parametrize("moment", NOTHING_LEFT_US)
async def test_before_the_content_it_is_known_that_nothing_was_taken_and_it_is_tried_again(moment, deed):
    error, taken = await failing(moment, deed)

    assert (error.permanent, error.outcome_unknown, taken) == (False, False, [])


@pytest.mark.parametrize("deed", ["hang", "cut", "nonsense", "999 what", "354 go on"])
async def test_after_the_content_nobody_knows(deed):
    error, taken = await failing(".", deed)

    assert (error.permanent, error.outcome_unknown, len(taken)) == (False, True, 1)


@pytest.mark.parametrize(
    ("deed", "permanent"), [("451 4.3.0 disk full", False), ("421 bye", False), ("554 5.6.0 no", True)]
)
async def test_a_refusal_of_the_content_is_a_clear_answer(deed, permanent):
    error, taken = await failing(".", deed)

    assert (error.permanent, error.outcome_unknown, len(taken)) == (permanent, False, 1)


async def test_lines_that_begin_with_a_dot_arrive_as_they_are():
    async with relay_that("never", "") as (port, taken):
        sender = sender_to(port)
        await sender.send(message(text=".\n..\n.a\nfim\n.\n"))
        await sender.close()

    arrived = taken[0].replace(b"\r\n..", b"\r\n.")
    assert email.message_from_bytes(arrived).get_payload(decode=True) == b".\r\n..\r\n.a\r\nfim\r\n.\r\n.\r\n"
