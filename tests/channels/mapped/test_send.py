"""Answers by template: to the host of the settings alone, as the JSON they are, with what a customer wrote as data."""

import json
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from aiohttp import web

from channels.base import BuildContext
from channels.mapped import Options, build
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage
from tests.channels.cases import SECRET
from tests.channels.mapped.transport import MAPPING
from tests.samples import NOON
from web.serving import serve

MESSAGE = OutgoingMessage(
    outbox_id=1, channel="chat", ticket=42, to="c 1/2?x=&#", subject="[#42] Recebemos", text='Olá "Ana"\n{{ 7*7 }}',
    html=None, language="pt-BR", automatic=True, idempotency_key="ack:42", message_id=None, in_reply_to="m-1",
    references=(), sender=None, reply_to=None, attempts=1, created_at=NOON,
)  # fmt: skip


@asynccontextmanager
async def system(answer):
    """The other system's API; yields its port and the requests it saw."""
    seen = []

    async def handle(request):
        seen.append((request.method, request.raw_path, dict(request.headers), await request.read()))
        return answer(request) if callable(answer) else answer

    site = web.Application()
    site.router.add_route("*", "/{path:.*}", handle)
    async with serve(site, "127.0.0.1", 0) as bound:
        yield bound.port, seen


def sender(tmp_path, port, **changes):
    return channel(tmp_path, port, **changes).sender


def channel(tmp_path, port, **changes):
    reply = {
        "url": f"http://127.0.0.1:{port}/api/{{{{ to }}}}/messages",
        "headers": {"X-Token": "env:TOKEN", "Authorization": "Bearer env:TOKEN", "X-Plain": "balcao"},
        "body": {"content": "{{ text }}", "to": ["{{ to }}"], "private": False, "n": 7, "label": "#{{ ticket }}"},
        "remote_id": "message.id",
        **changes,
    }
    options = Options.model_validate({"proof": {"secrets": ["env:S"]}, "mapping": MAPPING, "reply": reply})
    context = BuildContext(name="chat", base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    return build(options, context)


async def test_the_template_is_filled_and_posted(tmp_path):
    async with system(web.json_response({"message": {"id": 31}}, status=201)) as (port, seen):
        posting = sender(tmp_path, port)
        assert await posting.send(MESSAGE) == "31"
        await posting.close()

    method, path, headers, body = seen[0]
    assert (method, path) == ("POST", "/api/c%201%2F2%3Fx%3D%26%23/messages")
    assert headers["X-Token"] == SECRET
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {
        "content": MESSAGE.text, "to": ["c 1/2?x=&#"], "private": False, "n": 7, "label": "#42",
    }  # fmt: skip


@pytest.mark.parametrize("to", ["..", ".", "../../admin", "%2e%2e", "//evil.example", "@evil.example", "\r\nHost: x"])
async def test_no_recipient_leads_the_request_elsewhere(tmp_path, to):
    """Either the value stays one piece of the path, or nothing is sent."""
    async with system(web.json_response({})) as (port, seen):
        posting = sender(tmp_path, port)
        with suppress(SendFailed):
            await posting.send(replace(MESSAGE, to=to))
        await posting.close()

    assert all(path.startswith("/api/") and path.endswith("/messages") and path.count("/") == 3
               for _, path, _, _ in seen)  # fmt: skip
    assert all(headers["Host"] == f"127.0.0.1:{port}" for _, _, headers, _ in seen)


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "wait"),
    [
        (301, {"Location": "http://127.0.0.1:1/"}, True, None),
        (400, {}, True, None),
        (401, {}, True, None),
        (429, {"Retry-After": "120"}, False, 120.0),
        (429, {"Retry-After": "soon"}, False, None),
        (503, {}, False, None),
    ],
)
async def test_what_the_other_system_answers_decides(tmp_path, status, headers, permanent, wait):
    async with system(web.Response(status=status, headers=headers)) as (port, seen):
        posting = sender(tmp_path, port)
        with pytest.raises(SendFailed) as caught:
            await posting.send(MESSAGE)
        await posting.close()

    assert len(seen) == 1
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)


async def test_an_answer_without_an_id_is_an_answer(tmp_path):
    async with system(web.Response(text="ok")) as (port, _seen):
        posting = sender(tmp_path, port)
        assert await posting.send(MESSAGE) == ""
        await posting.close()


async def test_a_file_is_posted_by_its_own_template(tmp_path):
    file = Attachment(name="a.pdf", content_type="application/pdf", content=b"%PDF-1.7 \xff")
    shape = {
        "name": "{{ file.name }}",
        "type": "{{ file.content_type }}",
        "data": "{{ file.content }}",
        "n": "{{ file.size }}",
    }
    async with system(lambda _request: web.json_response({"message": {"id": 32}})) as (port, seen):
        url = f"http://127.0.0.1:{port}/api/files/{{{{ to }}}}"
        for where, path in (({"url": url}, "/api/files/c-1"), ({}, "/api/c-1/messages")):
            posting = sender(tmp_path, port, file={**where, "body": shape})
            assert await posting.send(replace(MESSAGE, to="c-1", text="", attachments=(file,))) == "32"
            await posting.close()
            assert seen[-1][1] == path

    assert json.loads(seen[0][3]) == {
        "name": "a.pdf", "type": "application/pdf", "data": "JVBERi0xLjcg/w==", "n": "10",
    }  # fmt: skip


def test_without_that_template_no_files_are_carried(tmp_path):
    def carriage(**reply):
        return channel(tmp_path, 1, **reply).carriage

    assert carriage() is None
    assert carriage(file={"body": {"name": "{{ file.name }}"}}).apart
