"""The public site: problems in one shape, security headers on everything, failures limited by address."""

import pytest
from aiohttp import web

from tests.channels.site import calling
from web.public import PublicLimits


async def plain(_request):
    return web.Response(text="ok")


async def broken(_request):
    raise RuntimeError("inside")


async def gone(_request):
    raise web.HTTPGone(text="<b>html</b>")


ROUTES = [web.post("/ok", plain), web.post("/broken", broken), web.post("/gone", gone), web.get("/page/{name}", plain)]


async def ask(caller, method, path, **kwargs):
    async with caller.session.request(method, f"http://127.0.0.1:{caller.port}{path}", **kwargs) as answer:
        return answer.status, answer.headers, await answer.text()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("POST", "/hooks/nobody", 404),
        ("GET", "/ok", 405),
        ("DELETE", "/ok", 405),
        ("POST", "/broken", 500),
        ("POST", "/gone", 410),
        ("GET", "/../../etc/passwd", 404),
    ],
)
async def test_every_no_is_a_problem_in_json(method, path, status):
    async with calling(ROUTES) as caller:
        answered, headers, text = await ask(caller, method, path)

    assert answered == status
    assert headers["Content-Type"] == "application/problem+json"
    assert "inside" not in text
    assert "<b>" not in text
    assert ("Allow" in headers) == (status == 405)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/ok"), ("GET", "/page/x"), ("GET", "/none"), ("POST", "/broken")]
)
async def test_every_answer_carries_the_security_headers(method, path):
    async with calling(ROUTES) as caller:
        _, headers, _ = await ask(caller, method, path)

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers
    assert "aiohttp" not in headers.get("Server", "") or path in {"/ok", "/page/x"}


async def test_failures_of_an_address_are_limited():
    async with calling(ROUTES, PublicLimits(failure_burst=3, failures_per_second=0.1)) as caller:
        statuses = [(await ask(caller, "POST", "/nobody"))[0] for _ in range(5)]
        blocked, headers, _ = await ask(caller, "POST", "/ok")

    assert statuses == [404, 404, 404, 429, 429]
    assert blocked == 429
    assert 1 <= int(headers["Retry-After"]) <= 10


async def test_success_is_never_limited():
    async with calling(ROUTES, PublicLimits(failure_burst=1, failures_per_second=0.001)) as caller:
        assert {(await ask(caller, "POST", "/ok"))[0] for _ in range(50)} == {200}


async def test_behind_a_proxy_only_the_guilty_waits():
    limits = PublicLimits(failure_burst=2, failures_per_second=0.01, trusted_proxies=("127.0.0.0/8",))
    guilty, innocent = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
    async with calling(ROUTES, limits) as caller:
        for _ in range(4):
            await ask(caller, "POST", "/nobody", headers=guilty)

        assert (await ask(caller, "POST", "/ok", headers=guilty))[0] == 429
        assert (await ask(caller, "POST", "/ok", headers=innocent))[0] == 200


async def test_a_forwarded_address_is_not_believed_from_a_stranger():
    limits = PublicLimits(failure_burst=2, failures_per_second=0.01)
    async with calling(ROUTES, limits) as caller:
        for number in range(3):
            await ask(caller, "POST", "/nobody", headers={"X-Forwarded-For": f"203.0.113.{number}"})

        assert (await ask(caller, "POST", "/ok"))[0] == 429
