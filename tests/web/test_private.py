"""The private site: health, figures and operations, and what a browser may not be made to do."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge

from domain.errors import StoreUnavailable
from web.operations import Operations
from web.private import Inside, private_site
from web.serving import serve

SINCE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Part:
    state: str
    since: datetime = SINCE
    last_success: datetime | None = None
    detail: str = ""


class Desk:
    def __init__(self, error=None):
        self.asked = []
        self.error = error

    async def tickets(self, *query):
        return self.told(query, [{"number": 1}])

    async def ticket(self, number):
        return self.told(number, {"number": number} if number == 7 else None)

    async def entries(self, *query):
        return self.told(query, [{"id": "r1"}])

    async def retry(self, raw_id):
        return self.told(raw_id, raw_id == "r1")

    def told(self, query, answer):
        if self.error:
            raise self.error
        self.asked.append(query)
        return answer

    @property
    def operations(self):
        return Operations(tickets=self.tickets, ticket=self.ticket, entries=self.entries, retry=self.retry)


@asynccontextmanager
async def asking(parts=None, desk=None, registry=None, refresh=None, **kwargs):
    parts = {"journal": Part("up")} if parts is None else parts
    inside = Inside(
        ready=lambda: all(part.state == "up" for part in parts.values()),
        parts=lambda: parts,
        registry=registry or CollectorRegistry(),
        operations=desk.operations if desk else None,
        refresh=refresh,
    )

    async with serve(private_site(inside, **kwargs), "127.0.0.1", 0) as bound, aiohttp.ClientSession() as session:

        async def ask(method, path, headers=None, **request):
            url = f"http://127.0.0.1:{bound.port}{path}"
            async with session.request(method, url, headers=headers, **request) as answer:
                text = await answer.text()
                return (
                    answer.status,
                    (await answer.json(content_type=None) if text[:1] in "{[" else text),
                    answer.headers,
                )

        yield ask


async def test_alive_means_that_the_loop_turns():
    async with asking(parts={"journal": Part("down")}) as ask:
        assert (await ask("GET", "/healthz"))[0] == 200


async def test_ready_names_every_part():
    parts = {"journal": Part("up", last_success=SINCE), "store": Part("down", detail="locked")}
    async with asking(parts=parts) as ask:
        status, answer, _ = await ask("GET", "/readyz")
        parts["store"].state = "up"
        later, _, _ = await ask("GET", "/readyz")

    assert (status, later) == (503, 200)
    assert answer == {
        "ready": False,
        "parts": {
            "journal": {
                "state": "up",
                "since": "2026-03-02T12:00:00Z",
                "last_success": "2026-03-02T12:00:00Z",
                "detail": "",
            },
            "store": {"state": "down", "since": "2026-03-02T12:00:00Z", "last_success": None, "detail": "locked"},
        },
    }


async def test_figures_are_fresh_when_they_are_shown():
    registry = CollectorRegistry()
    Counter("accepted", "x", registry=registry).inc(3)
    waiting = Gauge("waiting", "x", registry=registry)

    async def refresh():
        waiting.set(12)

    async with asking(registry=registry, refresh=refresh) as ask:
        status, text, headers = await ask("GET", "/metrics")

    assert status == 200
    assert "accepted_total 3.0" in text
    assert "waiting 12.0" in text
    assert headers["Content-Type"].startswith("text/plain")


async def test_tickets_and_journal_are_shown_with_their_filters():
    desk = Desk()
    async with asking(desk=desk) as ask:
        assert (await ask("GET", "/v1/tickets?department=suporte&priority=M%C3%A9dia&state=open&limit=5"))[1] == [
            {"number": 1}
        ]
        assert (await ask("GET", "/v1/tickets"))[0] == 200
        assert (await ask("GET", "/v1/tickets/7"))[1] == {"number": 7}
        assert (await ask("GET", "/v1/journal?fate=failed"))[1] == [{"id": "r1"}]

    assert desk.asked == [("suporte", "Média", "open", 5), (None, None, None, 50), 7, ("failed", 50)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/tickets?limit=0", 400),
        ("/v1/tickets?limit=99999", 400),
        ("/v1/tickets?limit=x", 400),
        ("/v1/tickets?priority=Urgente", 400),
        ("/v1/tickets?state=gone", 400),
        ("/v1/tickets?q=1", 400),
        ("/v1/journal?fate=lost", 400),
        ("/v1/tickets/8", 404),
        ("/v1/tickets/0", 404),
        ("/v1/tickets/-1", 404),
        ("/v1/tickets/x", 404),
        ("/v1/tickets/99999999999999999999999999", 404),
        ("/v1/nothing", 404),
    ],
)
async def test_wrong_questions_are_answered_in_words(path, status):
    async with asking(desk=Desk()) as ask:
        answered, answer, headers = await ask("GET", path)

    assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
    assert answer["detail"]


async def test_without_the_database_the_asker_is_sent_away_for_a_while():
    async with asking(desk=Desk(error=StoreUnavailable("x", detail="secret path"))) as ask:
        status, answer, headers = await ask("GET", "/v1/tickets")

    assert (status, headers["Retry-After"]) == (503, "5")
    assert "secret" not in str(answer)


async def test_our_bug_tells_nothing_of_us():
    async with asking(desk=Desk(error=KeyError("inside"))) as ask:
        status, answer, _ = await ask("GET", "/v1/tickets")

    assert status == 500
    assert "inside" not in str(answer)


@pytest.mark.parametrize("headers", [{"X-Balcao": "1"}, {"Content-Type": "application/json"}])
async def test_an_entry_is_retried_by_who_means_it(headers):
    async with asking(desk=Desk()) as ask:
        assert (await ask("POST", "/v1/journal/r1/retry", headers))[1] == {"id": "r1", "fate": "waiting"}
        assert (await ask("POST", "/v1/journal/r2/retry", headers))[0] == 404


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {"X-Balcao": "0"}],
)
async def test_a_form_of_another_site_changes_nothing(headers):
    desk = Desk()
    async with asking(desk=desk) as ask:
        assert (await ask("POST", "/v1/journal/r1/retry", headers))[0] == 403

    assert desk.asked == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8081", "127.0.0.1.evil.example", "", "[evil]:80", "localhost.x"]
)
async def test_a_rebound_host_name_is_refused(host):
    async with asking(desk=Desk()) as ask:
        assert (await ask("GET", "/v1/tickets", {"Host": host}))[0] == 403


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.5:8081", "[fd00::1]", "localhost:8081", "[::1]:8081", "LOCALHOST", "balcao.interno:8081"],
)
async def test_our_own_names_are_served(host):
    async with asking(desk=Desk(), hosts=["Balcao.Interno"]) as ask:
        status, _, headers = await ask("GET", "/v1/tickets", {"Host": host})

    assert status == 200
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
