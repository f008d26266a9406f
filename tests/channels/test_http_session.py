"""A session for one request at a time, and the beginning of what it answers."""

import asyncio

import pytest
from aiohttp import web

from channels.http_session import HttpSession, beginning
from channels.outward import PUBLIC
from tests.listening import listening


async def in_pieces(request):
    answer = web.StreamResponse()
    await answer.prepare(request)
    for piece in (b'{"id": ', b'"their', b'-7"}'):
        await answer.write(piece)
        await asyncio.sleep(0.05)
    return answer


@pytest.mark.parametrize(("most", "read"), [(1000, b'{"id": "their-7"}'), (9, b'{"id": "t')])
async def test_an_answer_that_comes_in_pieces_is_read_up_to_the_bound(most, read):
    session = HttpSession(seconds=5, outward=PUBLIC)
    app = web.Application()
    app.router.add_get("/", in_pieces)
    async with listening(app) as port, session.opened().get(f"http://127.0.0.1:{port}/") as answer:
        assert await beginning(answer.content, most) == read
    await session.close()
