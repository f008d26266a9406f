"""Replies to chat systems: signed, to the configured URL alone, and honest about what is not known."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from channels.outward import PUBLIC
from channels.signed_reply import ReplySender
from channels.signing import SigningKey
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage
from web.serving import serve

SECRET = b"reply secret, long enough"
MESSAGE = OutgoingMessage(
    outbox_id=1,
    channel="chat",
    ticket=7,
    to="u-77",
    subject="Chamado #7",
    text="Recebemos sua mensagem.",
    html=None,
    language="pt-BR",
    automatic=True,
    idempotency_key="ack:7",
    message_id=None,
    in_reply_to="m-1",
    references=(),
    sender=None,
    reply_to=None,
    attempts=1,
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
)


@asynccontextmanager
async def peer(handler, seconds=2.0):
    site = web.Application()
    site.router.add_route("*", "/{tail:.*}", handler)
    async with serve(site, "127.0.0.1", 0) as bound:
        sender = ReplySender(
            url=f"http://127.0.0.1:{bound.port}/reply", key=SigningKey(SECRET), seconds=seconds, outward=PUBLIC
        )
        try:
            yield sender
        finally:
            await sender.close()


async def test_a_reply_is_signed_and_repeats_itself_under_the_same_id():
    seen = []

    async def handler(request):
        seen.append((dict(request.headers), await request.read()))
        return web.json_response({"id": "remote-1"})

    async with peer(handler) as sender:
        assert [await sender.send(MESSAGE), await sender.send(MESSAGE)] == ["remote-1", "remote-1"]

    for headers, body in seen:
        payload = Webhook(SECRET).verify(body, headers)
        assert payload == {
            "to": "u-77",
            "ticket": 7,
            "in_reply_to": "m-1",
            "subject": "Chamado #7",
            "text": "Recebemos sua mensagem.",
            "html": None,
            "language": "pt-BR",
            "automatic": True,
        }
        assert headers["webhook-id"] == "ack:7"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, True),
        (404, True),
        (410, True),
        (408, False),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
async def test_the_status_says_whether_trying_again_helps(status, permanent):
    async def handler(_request):
        return web.Response(status=status)

    async with peer(handler) as sender:
        with pytest.raises(SendFailed) as caught:
            await sender.send(MESSAGE)

    assert (caught.value.permanent, caught.value.outcome_unknown) == (permanent, False)


async def test_a_redirect_is_not_followed():
    """It could lead to the cloud's metadata address."""
    asked = []

    async def handler(request):
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with peer(handler) as sender:
        with pytest.raises(SendFailed) as caught:
            await sender.send(MESSAGE)

    assert caught.value.permanent
    assert asked == ["/reply"]


async def test_silence_after_sending_leaves_the_outcome_unknown():
    async def handler(_request):
        await asyncio.sleep(1)
        return web.Response()

    async with peer(handler, seconds=0.2) as sender:
        with pytest.raises(SendFailed) as caught:
            await sender.send(MESSAGE)

    assert (caught.value.permanent, caught.value.outcome_unknown) == (False, True)


async def test_a_cut_connection_leaves_the_outcome_unknown():
    async def handler(request):
        request.transport.abort()
        return web.Response()

    async with peer(handler) as sender:
        with pytest.raises(SendFailed) as caught:
            await sender.send(MESSAGE)

    assert (caught.value.permanent, caught.value.outcome_unknown) == (False, True)


async def test_a_peer_that_is_away_has_surely_taken_nothing():
    async def handler(_request):
        return web.Response()

    async with peer(handler) as sender:
        pass
    with pytest.raises(SendFailed) as caught:
        await sender.send(MESSAGE)
    await sender.close()

    assert (caught.value.permanent, caught.value.outcome_unknown) == (False, False)


@pytest.mark.parametrize("body", [b"", b"ok", b"[1]", b'{"id": 5}', b"\xff" * 100, b"x" * 200_000])
async def test_an_odd_answer_to_a_taken_message_is_no_failure(body):
    async def handler(_request):
        return web.Response(body=body)

    async with peer(handler) as sender:
        assert await sender.send(MESSAGE) == ""


async def test_customer_text_travels_as_data():
    seen = []

    async def handler(request):
        seen.append(await request.json())
        return web.Response(status=204)

    async with peer(handler) as sender:
        await sender.send(replace(MESSAGE, to='u"\r\nX: 1{{7*7}}'))

    assert seen[0]["to"] == 'u"\r\nX: 1{{7*7}}'


async def test_files_go_along_with_the_words():
    seen = []

    async def handler(request):
        seen.append((dict(request.headers), await request.read()))
        return web.json_response({})

    file = Attachment(name="manual ção.pdf", content_type="application/pdf", content=b"%PDF-1.7 \xff")
    async with peer(handler) as sender:
        await sender.send(replace(MESSAGE, attachments=(file,)))

    ((headers, body),) = seen
    payload = Webhook(SECRET).verify(body, headers)
    assert payload["text"] == MESSAGE.text
    assert payload["attachments"] == [
        {"name": "manual ção.pdf", "content_type": "application/pdf", "size": 10, "content": "JVBERi0xLjcg/w=="}
    ]
