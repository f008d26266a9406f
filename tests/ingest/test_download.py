"""One file is fetched whole and within bounds, or it is said why not, without telling a URL."""

import asyncio

import pytest
from aiohttp import web

from domain.errors import FetchFailed
from domain.remote import Access, Location
from ingest.download import Bounds, download
from tests.files_server import files_server

BOUNDS = Bounds(size=1000, seconds=2)


def location(server, path="/secret-token/a", **headers):
    return Location(url=f"{server.origin}{path}", access=Access(origins=(server.origin,)), headers=headers)


async def failure(server, path="/a", bounds=BOUNDS):
    with pytest.raises(FetchFailed) as raised:
        await download(location(server, path), bounds)
    assert server.origin not in str(raised.value)
    return raised.value


@pytest.fixture
async def server():
    async with files_server() as server:
        yield server


async def test_a_file_is_fetched_with_the_channels_credentials(server):
    server.answers["/secret-token/a"] = b"content"

    assert await download(location(server, Authorization="Bearer x"), BOUNDS) == b"content"
    [(_, headers)] = server.asked
    assert headers["Authorization"] == "Bearer x"
    assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(status, True) for status in (204, 400, 404, 410)] + [(status, False) for status in (401, 403, 429, 500, 503)],
)
async def test_the_status_says_whether_to_try_again(server, status, permanent):
    server.answers["/a"] = (status, {"Retry-After": "17"}, None)

    error = await failure(server)
    assert error.permanent is permanent
    assert error.retry_after == 17
    assert str(status) in str(error)


async def test_a_date_as_retry_after_is_passed_over(server):
    server.answers["/a"] = (503, {"Retry-After": "Fri, 27 Nov 2026 07:36:00 GMT"}, None)

    assert (await failure(server)).retry_after == 0


async def test_what_is_announced_too_large_is_not_read(server):
    server.answers["/a"] = b"x" * 1001

    error = await failure(server)
    assert error.permanent
    assert "larger than 0.001 MB" in str(error)


async def test_what_grows_too_large_is_cut_off(server):
    written = 0

    async def endless(request):
        nonlocal written
        answer = web.StreamResponse()
        await answer.prepare(request)
        while written < 50_000_000:
            await answer.write(b"x" * 65536)
            written += 65536
        return answer

    server.answers["/a"] = endless
    assert (await failure(server)).permanent
    assert written < 20_000_000


async def test_what_takes_too_long_is_tried_again_later(server):
    async def slow(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b"x")
            await asyncio.sleep(0.05)
        return answer

    server.answers["/a"] = slow
    error = await failure(server, bounds=Bounds(size=1000, seconds=0.2))
    assert not error.permanent
    assert "not fetched within" in str(error)


async def test_a_cut_connection_is_half_a_file_and_no_file(server):
    async def cut(request):
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b"half")
        request.transport.close()
        return answer

    server.answers["/a"] = cut
    assert not (await failure(server)).permanent


async def test_an_empty_file_may_still_be_written(server):
    server.answers["/a"] = b""

    assert not (await failure(server)).permanent


async def test_what_is_sent_compressed_is_never_unpacked(server):
    server.answers["/a"] = (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08")

    assert (await failure(server)).permanent


async def test_nobody_there_is_temporary(server):
    with pytest.raises(FetchFailed) as raised:
        await download(
            Location(url="http://127.0.0.1:1/bot-secret/a", access=Access(origins=("http://127.0.0.1:1",))), BOUNDS
        )
    assert not raised.value.permanent
    assert "secret" not in str(raised.value) + raised.value.detail


async def test_a_redirect_within_the_origin_keeps_the_credentials(server):
    server.answers["/a"] = (302, {"Location": "/b"}, None)
    server.answers["/b"] = b"content"

    assert await download(location(server, "/a", Authorization="Bearer x"), BOUNDS) == b"content"
    assert [headers.get("Authorization") for _, headers in server.asked] == ["Bearer x"] * 2


async def test_a_redirect_to_another_origin_gets_no_credentials(server):
    async with files_server(b=b"content") as other:
        server.answers["/a"] = (307, {"Location": f"{other.origin}/b"}, None)
        access = Access(origins=(server.origin, other.origin))
        found = await download(
            Location(url=f"{server.origin}/a", access=access, headers={"Authorization": "Bearer x"}), BOUNDS
        )

        assert found == b"content"
        [(_, headers)] = other.asked
        assert "Authorization" not in headers


async def test_a_ring_of_redirects_ends(server):
    server.answers["/a"] = (302, {"Location": "/a"}, None)

    assert (await failure(server)).permanent
    assert len(server.asked) == 4
