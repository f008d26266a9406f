"""Serving: capped, patient for so long, stopped within a known time."""

import asyncio
import time

import aiohttp
import pytest
from aiohttp import web

from tests.patience import PATIENCE, until
from web.public import public_site
from web.serving import ServingLimits, serve


def site(handler):
    return public_site([web.post("/x", handler)])


async def at_once(_request):
    return web.Response(text="ok")


async def test_port_0_gives_the_bound_port():
    async with serve(site(at_once), "127.0.0.1", 0) as bound:
        assert bound.host == "127.0.0.1"
        assert bound.port > 0


async def test_an_address_in_use_is_an_os_error():
    async with serve(site(at_once), "127.0.0.1", 0) as bound:
        with pytest.raises(OSError, match="in use"):
            async with serve(site(at_once), "127.0.0.1", bound.port):
                pass


async def test_too_many_connections_are_turned_away_and_others_served():
    """Attack 10: idle connections do not keep everybody out for ever."""
    limits = ServingLimits(connections=3, idle_seconds=1)
    async with serve(site(at_once), "127.0.0.1", 0, limits=limits) as bound:
        idle = [await asyncio.open_connection("127.0.0.1", bound.port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", bound.port)
        turned_away = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        async with aiohttp.ClientSession() as session:

            async def served():
                return await _post(session, bound.port) == (200, "ok")

            await until(served)
        for _, writer in idle:
            writer.close()

    head, _, body = turned_away.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Retry-After" in head


async def test_a_head_that_drips_is_cut():
    limits = ServingLimits(idle_seconds=0.3)
    async with serve(site(at_once), "127.0.0.1", 0, limits=limits) as bound:
        reader, writer = await asyncio.open_connection("127.0.0.1", bound.port)
        start = time.monotonic()
        writer.write(b"POST /x HTTP/1.1\r\nHost:")
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()

    assert answer == b""
    assert time.monotonic() - start < 8


async def test_stopping_finishes_what_is_under_way():
    started = asyncio.Event()

    async def slow(_request):
        started.set()
        await asyncio.sleep(0.2)
        return web.Response(text="done")

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        async with serve(site(slow), "127.0.0.1", 0) as bound:
            asking = group.create_task(_post(session, bound.port))
            await started.wait()
        assert await asking == (200, "done")


async def test_stopping_does_not_wait_for_ever():
    started = asyncio.Event()

    async def stuck(_request):
        started.set()
        await asyncio.sleep(60)

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        async with serve(site(stuck), "127.0.0.1", 0, limits=ServingLimits(stop_seconds=0.2)) as bound:
            asking = group.create_task(_post(session, bound.port))
            await started.wait()
            start = time.monotonic()
        assert time.monotonic() - start < 30
        assert await asking is None


async def _post(session, port):
    try:
        async with session.post(f"http://127.0.0.1:{port}/x") as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return None
