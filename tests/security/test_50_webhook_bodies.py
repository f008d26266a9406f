"""Attack 50: bodies made to break a parser, a database or the memory. 4xx or cleaned; alive afterwards."""

import asyncio
import gzip

import pytest

from channels.json_door import Door
from channels.signing import SigningKey, sign, standard_webhooks
from domain.errors import Undecodable
from domain.interaction import Interaction
from domain.raw import RawInteraction
from tests.channels.cases import NAME, RECEIVED_AT, SECRET, build_channel
from tests.channels.site import FakeIntake, calling, signed
from tests.patience import PATIENCE
from web.serving import ServingLimits

MAX_BODY = 100_000
GOOD = b'{"sender": {"id": "u-1"}, "text": "ainda vivo"}'

NO_HTTP = [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"POST /hooks/canal\r\n\r\n", b"\r\n" * 9]

MALFORMED = {
    "empty": b"",
    "cut": b'{"sender": {"id": "u-1"',
    "a list": b"[1, 2]",
    "a string": b'"text"',
    "a number": b"7",
    "null": b"null",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "1e400": b'{"a": 1e400}',
    "5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "20,000 deep lists": b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "10,000 deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-8 surrogates": b'{"a": "\xed\xa0\x80"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "raw control characters": b'{"a": "x\x00y\nz"}',
    "two documents": b"{}{}",
    "not JSON": b"sender=u-1&text=oi",
}
STORABLE = {
    "escaped NUL": b'{"sender": {"id": "u\\u0000-1"}, "text": "a\\u0000b", "context": {"k\\u0000": "v\\u0000"}}',
    "half a surrogate pair": b'{"sender": {"id": "u-1"}, "text": "\\ud83d fim \\ude00", "subject": "\\uDBFF"}',
    "1,000 deep": b'{"sender": {"id": "u-1"}, "text": "x", "context": {"a":' + b"[" * 900 + b"]" * 900 + b"}}",
    "big integer": b'{"sender": {"id": "u-1"}, "text": "x", "context": {"n": 99999999999999999999999}}',
}


@pytest.fixture
async def caller():
    intake = FakeIntake()
    door = Door(
        channel=NAME, prove=standard_webhooks((SigningKey.from_text(SECRET),)), max_body=MAX_BODY, body_seconds=1.0
    )
    async with calling(list(door.routes(intake)), serving=ServingLimits(lingering_seconds=0.2)) as caller:
        caller.intake = intake
        yield caller
        assert (await caller.post(GOOD, signed(GOOD, message_id="after")))[0] == 202


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_malformed_json_is_refused_in_words(caller, body):
    headers = signed(b"")
    headers["webhook-signature"] = f"v1,{_signature(body, headers['webhook-timestamp'])}"

    status, answer, _ = await caller.post(body, headers)

    assert status == 400
    assert answer["detail"].startswith("line ")
    assert "column" in answer["detail"]
    assert caller.intake.accepted == []


@pytest.mark.parametrize("body", STORABLE.values(), ids=STORABLE.keys())
async def test_what_a_database_would_refuse_is_cleaned(caller, body, tmp_path):
    """A customer's cut emoji must not cost the message."""
    assert (await caller.post(body))[0] == 202

    (interaction,) = build_channel("webhook", tmp_path).decode(caller.intake.accepted[0])
    assert isinstance(interaction, Interaction)
    shown = [interaction.text, interaction.subject, interaction.sender.address, *map(str, interaction.traits.items())]
    for text in shown:
        assert text.encode().decode() == text
        assert "\0" not in text


def test_a_recursion_bomb_that_got_through_is_undecodable(tmp_path):
    raw = _raw(b'{"sender": ' + b'{"id":' * 1200 + b"1" + b"}" * 1201)

    with pytest.raises(Undecodable, match="depth"):
        build_channel("webhook", tmp_path).decode(raw)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "x-unknown"])
async def test_compressed_bodies_are_not_unpacked(caller, encoding):
    """60 MB of nothing in 60 kB."""
    bomb = gzip.compress(b"\0" * 60_000_000)
    headers = {**signed(GOOD), "Content-Encoding": encoding}
    async with caller.session.post(
        f"http://127.0.0.1:{caller.port}{caller.path}", data=bomb, headers=headers
    ) as answer:
        assert answer.status == 415


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "é"]
)
async def test_other_media_types_are_refused(caller, media_type):
    assert (await caller.post(GOOD, {**signed(GOOD), "Content-Type": media_type}))[0] == 415


async def test_another_charset_is_refused(caller):
    headers = {**signed(GOOD), "Content-Type": "application/json; charset=iso-8859-1"}

    assert (await caller.post(GOOD, headers))[0] == 415


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=UTF-8", "application/cloudevents+json"]
)
async def test_json_media_types_are_taken(caller, media_type):
    assert (await caller.post(GOOD, {**signed(GOOD), "Content-Type": media_type}))[0] == 202


async def test_a_body_over_the_limit_is_refused_whether_announced_or_not(caller):
    big = b" " * (MAX_BODY + 1)

    assert (await caller.post(big))[0] == 413
    assert (await caller.post(_pieces(big), signed(GOOD)))[0] == 413


async def test_32_megabytes_are_refused_by_their_announcement(caller):
    """The answer comes before the body does."""
    answer = await _raw_request(caller, b"Content-Length: 33554432\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_chunks_without_end_are_refused_when_the_limit_is_reached(caller):
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"

    answer = await _raw_request(caller, b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 200)

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_does_not_come_is_given_up(caller):
    answer = await _raw_request(caller, b"Content-Length: 500\r\n\r\n{")

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_broken_chunks_are_refused(caller):
    answer = await _raw_request(caller, b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nnonsense\r\n")

    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"application/problem+json" in answer


@pytest.mark.parametrize("junk", NO_HTTP)
async def test_what_is_no_http_harms_nobody(caller, junk):
    reader, writer = await asyncio.open_connection("127.0.0.1", caller.port)
    writer.write(junk)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()

    assert not answer.startswith(b"HTTP/1.1 2")
    assert b"Traceback" not in answer


def _signature(body, at):
    """Of bytes that the independent signer would not take as text."""
    headers = sign(SigningKey.from_text(SECRET), message_id="msg_1", body=body, now=float(at))
    return headers["webhook-signature"].removeprefix("v1,")


def _raw(payload):
    return RawInteraction(channel=NAME, dedup_key="canal:x", received_at=RECEIVED_AT, payload=payload)


async def _pieces(body):
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


async def _raw_request(caller, rest):
    """What is answered to a request head that ends in `rest`; the connection stays open on our side."""
    reader, writer = await asyncio.open_connection("127.0.0.1", caller.port)
    head = f"POST {caller.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    writer.write(head.encode() + rest)
    answer = await asyncio.wait_for(reader.read(2000), PATIENCE)
    writer.close()
    return answer
