"""Access tokens: kept while they live, asked for anew in time, and what a refusal means."""

import pytest
from aiohttp import web

from channels.imap.options import OAuth
from channels.imap.tokens import MARGIN_SECONDS, Grant, Tokens
from channels.outward import PUBLIC
from domain.errors import ConnectionLost, CredentialsRejected
from web.serving import serve


class Endpoint:
    def __init__(self):
        self.asked, self.answers = [], []

    async def token(self, request):
        self.asked.append(dict(await request.post()))
        status, document = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return web.json_response(document, status=status) if isinstance(document, dict) else web.Response(
            status=status, text=document)  # fmt: skip


@pytest.fixture
async def endpoint():
    one = Endpoint()
    site = web.Application()
    site.router.add_post("/token", one.token)
    async with serve(site, "127.0.0.1", 0) as bound:
        one.url = f"http://127.0.0.1:{bound.port}/token"
        yield one


def tokens(endpoint, clock=lambda: 0.0, *, refresh=None):
    settings = OAuth.model_validate({"token_url": endpoint.url, "client_id": "balcao", "scope": "s"})
    return Tokens(Grant(settings=settings, client_secret="segredo", refresh_token=refresh), outward=PUBLIC, now=clock)


async def test_a_token_is_kept_until_shortly_before_its_end(endpoint):
    endpoint.answers = [(200, {"access_token": f"t{n}", "expires_in": 3600}) for n in (1, 2)]
    now = 0.0
    held = tokens(endpoint, lambda: now)

    assert await held.current() == "t1"
    now = 3600 - MARGIN_SECONDS - 1
    assert await held.current() == "t1"
    now += 1
    assert await held.current() == "t2"
    assert endpoint.asked[0] == {
        "grant_type": "client_credentials", "client_id": "balcao", "client_secret": "segredo", "scope": "s",
    }  # fmt: skip


async def test_a_refused_token_is_replaced_once_for_all_who_hold_it(endpoint):
    endpoint.answers = [(200, {"access_token": f"t{n}", "expires_in": 3600}) for n in (1, 2, 3)]
    held = tokens(endpoint)
    first = await held.current()

    assert [await held.current(refused=first) for _ in range(2)] == ["t2", "t2"]
    assert len(endpoint.asked) == 2


async def test_a_renewed_refresh_token_is_used_from_then_on(endpoint):
    endpoint.answers = [(200, {"access_token": "t", "expires_in": 0, "refresh_token": "novo"})]
    held = tokens(endpoint, refresh="velho")
    await held.current()
    await held.current()

    assert [asked["refresh_token"] for asked in endpoint.asked] == ["velho", "novo"]
    assert {asked["grant_type"] for asked in endpoint.asked} == {"refresh_token"}


@pytest.mark.parametrize(
    ("status", "document", "error"),
    [
        (400, {"error": "invalid_grant", "error_description": "revoked\r\nX"}, CredentialsRejected),
        (401, {"error": "invalid_client"}, CredentialsRejected),
        (403, "<html>", CredentialsRejected),
        (500, {}, ConnectionLost),
        (429, {"error": "slow_down"}, ConnectionLost),
        (302, {}, ConnectionLost),
        (200, {}, ConnectionLost),
        (200, "not json", ConnectionLost),
        (200, {"access_token": 7}, ConnectionLost),
        (200, "x" * 200_000, ConnectionLost),
    ],
)
async def test_what_a_refusal_means(status, document, error, endpoint):
    endpoint.answers = [(status, document)]

    with pytest.raises(error) as raised:
        await tokens(endpoint).current()
    assert "segredo" not in f"{raised.value}{raised.value.detail}"
    assert "\n" not in str(raised.value)


async def test_an_endpoint_that_is_away_is_tried_again_later(endpoint):
    endpoint.url = "http://127.0.0.1:1/token"

    with pytest.raises(ConnectionLost, match="cannot be reached"):
        await tokens(endpoint).current()
