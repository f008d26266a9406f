"""The door: what the peer is told, what the intake gets, and what bodies on their way may take."""

import asyncio

import pytest

from channels import bodies
from channels.json_door import Door
from channels.signing import SigningKey, standard_webhooks
from domain.errors import ShareSpent
from tests.channels.cases import NAME, SECRET
from tests.channels.site import UNAVAILABLE, FakeIntake, calling, signed
from tests.patience import PATIENCE
from web.public import PublicLimits

BODY = b'{"sender": {"id": "u-1"}, "text": "oi"}'


def door(**changes):
    return Door(
        **{"channel": NAME, "prove": standard_webhooks((SigningKey.from_text(SECRET),)), "max_body": 1000, **changes}
    )


async def test_the_intake_gets_the_bytes_as_they_came():
    intake = FakeIntake()
    body = b' {"text" : "espa\\u00e7os"}\n'
    async with calling(list(door().routes(intake))) as caller:
        headers = signed(body, message_id="msg_42")
        status, answer, _ = await caller.post(body, headers)

    (raw,) = intake.accepted
    assert (status, answer) == (202, {"id": f"raw-{NAME}:msg_42", "duplicate": False})
    assert raw.payload == body
    assert (raw.channel, raw.dedup_key) == (NAME, f"{NAME}:msg_42")
    assert raw.received_at.tzinfo is not None
    assert raw.envelope == {
        "headers": {"webhook-id": "msg_42", "webhook-timestamp": headers["webhook-timestamp"]},
        "peer": "127.0.0.1",
    }


async def test_no_durability_is_a_503_that_tells_nothing_of_us():
    async with calling(list(door().routes(FakeIntake(broken=UNAVAILABLE)))) as caller:
        status, answer, headers = await caller.post(BODY)

    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert headers["Content-Type"] == "application/problem+json"
    assert "secret" not in str(answer)
    assert "disk" not in str(answer)


async def test_who_is_over_his_share_is_told_when_to_come_again():
    spent = ShareSpent("you have sent more than your share; try again later", seconds=7, detail="/var secret")
    async with calling(list(door().routes(FakeIntake(broken=spent)))) as caller:
        status, answer, headers = await caller.post(BODY)

    assert (status, headers["Retry-After"], headers["Content-Type"]) == (429, "7", "application/problem+json")
    assert "share" in answer["detail"]
    assert "secret" not in str(answer)


async def test_our_bug_is_a_500_that_tells_nothing_of_us():
    async with calling(list(door().routes(FakeIntake(broken=ZeroDivisionError("/etc/inside"))))) as caller:
        status, answer, headers = await caller.post(BODY)

    assert (status, headers["Content-Type"]) == (500, "application/problem+json")
    assert answer == {"type": "about:blank", "title": "Internal Server Error", "status": 500}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("extra", [{}, {"Connection": "close"}, {"Expect": "100-continue"}])
async def test_every_yes_says_the_same_whatever_the_connection(known, extra):
    """A kept connection is answered by a shorter road (channels.swift_answer)."""
    intake = FakeIntake()
    async with calling(list(door().routes(intake))) as caller:
        if known:
            await caller.post(BODY)
        status, answer, headers = await caller.post(BODY, {**signed(BODY), **extra})

    assert (status, answer["duplicate"]) == ((200, True) if known else (202, False))
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "aiohttp" not in headers["Server"]
    assert headers["Date"].endswith("GMT")


async def test_http_1_0_is_answered_and_closed():
    async with calling(list(door().routes(FakeIntake()))) as caller:
        reader, writer = await asyncio.open_connection("127.0.0.1", caller.port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY).items())
        writer.write(f"POST {caller.path} HTTP/1.0\r\n{lines}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY)
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()

    assert answer.split(b"\r\n")[0] == b"HTTP/1.0 202 Accepted"


async def test_pipelined_requests_are_answered_in_order():
    intake = FakeIntake()
    async with calling(list(door().routes(intake))) as caller:
        reader, writer = await asyncio.open_connection("127.0.0.1", caller.port)
        for number in range(30):
            lines = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY, message_id=f"m{number}").items())
            head = f"POST {caller.path} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(BODY)}\r\n\r\n"
            writer.write(head.encode() + BODY)
        ids = []
        while len(ids) < 30:
            line = await asyncio.wait_for(reader.readuntil(b'"duplicate":false}'), PATIENCE)
            ids.append(line.rpartition(f"raw-{NAME}:".encode())[2].split(b'"')[0].decode())
        writer.close()

    assert ids == [f"m{number}" for number in range(30)]


async def test_the_smaller_of_channel_and_site_limit_counts():
    async with calling(list(door().routes(FakeIntake())), PublicLimits(max_body=20)) as caller:
        status, answer, _ = await caller.post(BODY)

    assert status == 413
    assert "20 bytes" in answer["detail"]


async def test_unfinished_bodies_may_take_only_so_much_memory(monkeypatch):
    """Nobody has proved anything before the body is there: a thousand slow strangers must not fill the memory."""
    monkeypatch.setattr(bodies, "BODIES_ON_THEIR_WAY", 1500)
    gathered, arriving = bodies.BodyReader._gathered, asyncio.Event()

    async def noted(reader, request):
        arriving.set()
        return await gathered(reader, request)

    monkeypatch.setattr(bodies.BodyReader, "_gathered", noted)
    async with calling(list(door().routes(FakeIntake()))) as caller:
        _, slow = await asyncio.open_connection("127.0.0.1", caller.port)
        head = (
            f"POST {caller.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n"
        )
        slow.write(head.encode())
        await slow.drain()
        await asyncio.wait_for(arriving.wait(), PATIENCE)
        reader, second = await asyncio.open_connection("127.0.0.1", caller.port)
        second.write(head.encode())
        answer = await asyncio.wait_for(reader.read(500), PATIENCE)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After" in answer
        assert (await caller.post(BODY))[0] == 202
        slow.close()
        second.close()


async def test_a_sender_that_hangs_up_half_way_leaves_nothing_behind():
    intake = FakeIntake()
    async with calling(list(door().routes(intake))) as caller:
        _, writer = await asyncio.open_connection("127.0.0.1", caller.port)
        writer.write(
            f"POST {caller.path} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{".encode()
        )
        await writer.drain()
        writer.close()
        await asyncio.sleep(0.05)
        assert (await caller.post(BODY))[0] == 202

    assert len(intake.accepted) == 1
