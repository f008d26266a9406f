"""What a page may ask of a web chat, and what it is answered."""

import aiohttp
import jwt
import pytest

from domain.errors import IntakeUnavailable, StoreUnavailable
from tests.channels.chat.visiting import KEYS, ORIGIN, visiting

USER = {"sub": "u-77", "name": "Ana Souza", "email": "ana@cliente.example", "exp": 4_000_000_000}


def signed(claims=USER):
    return jwt.encode(claims, KEYS["env:SITE"], "HS256")


async def test_a_session_tells_who_one_is_and_what_one_may(tmp_path):
    async with visiting(tmp_path, look={"title": "Fale conosco", "colour": "#114477"}) as page:
        given = await page.enter()
        again = await page.enter(token=given["token"])

    assert given["visitor"].startswith("visitor/")
    assert given["known"] is False
    assert given["hours"] is None
    assert given["look"] == {"title": "Fale conosco", "colour": "#114477", "language": "auto"}
    assert given["limits"] == {"files": 5, "bytes": 200_000}
    assert again["visitor"] == given["visitor"]


@pytest.mark.parametrize("token", ["nonsense", "", "a.b.c", 7, None, {"a": 1}])
async def test_a_token_that_is_none_makes_a_newcomer(tmp_path, token):
    async with visiting(tmp_path) as page:
        assert (await page.enter(token=token))["visitor"].startswith("visitor/")


async def test_a_signed_user_is_the_same_everywhere_and_his_word_is_the_sites(tmp_path):
    async with visiting(tmp_path) as page:
        first = await page.enter(user=signed())
        second = await page.enter(user=signed())
        await page.say("oi", name="Outro Nome", email="outra@cliente.example")

    assert (first["visitor"], first["known"]) == ("user/u-77", True)
    assert second["visitor"] == first["visitor"]
    (raw,) = page.intake.accepted
    assert raw.envelope["person"] == {"name": "Ana Souza", "email": "ana@cliente.example", "verified": True}


@pytest.mark.parametrize("user", ["nonsense", "", 7, [], jwt.encode(USER, "x" * 32, "HS256")])
async def test_a_user_whom_the_site_has_not_signed_is_refused_and_not_made_somebody_else(tmp_path, user):
    async with visiting(tmp_path) as page:
        status, given, _ = await page.ask("POST", "/session", json={"user": user})

    assert (status, given["title"]) == (401, "Unauthorized")


async def test_the_first_message_is_taken_and_the_same_again_is_the_same(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        first = await page.say("oi")
        second = await page.say("oi")

    assert (first[0], first[1]["duplicate"]) == (202, False)
    assert (second[0], second[1]) == (200, {"receipt": first[1]["receipt"], "duplicate": True})
    (raw,) = page.intake.accepted
    assert raw.dedup_key == f"chat:{visitor}:m-0000001"
    assert raw.envelope["origin"] == ORIGIN


async def test_another_visitor_may_use_the_same_id(tmp_path):
    async with visiting(tmp_path) as page:
        for words in ("da Ana", "da Bia"):
            await page.enter()
            assert (await page.say(words))[0] == 202

    assert len(page.intake.accepted) == 2


async def test_a_form_with_files_is_the_same_again_whatever_its_boundary(tmp_path):
    def form(content=b"abc"):
        made = aiohttp.FormData()
        made.add_field("id", "m-0000001")
        made.add_field("text", "veja")
        made.add_field("files", content, filename="a.txt", content_type="text/plain")
        return made

    async with visiting(tmp_path) as page:
        await page.enter()
        statuses = [(await page.ask("POST", "/messages", data=form(one)))[0] for one in (b"abc", b"abc", b"abd")]

    assert statuses == [202, 200, 422]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "oi"}, "id"),
        ({"id": "curto", "text": "oi"}, "id"),
        ({"id": "m-00000/1", "text": "oi"}, "id"),
        ({"id": 7, "text": "oi"}, "id"),
        ({"id": "m-0000001"}, "text"),
        ({"id": "m-0000001", "text": " \n"}, "text"),
        ({"id": "m-0000001", "text": "x" * 20_001}, "text"),
        ({"id": "m-0000001", "text": 7}, "text"),
        ({"id": "m-0000001", "text": "oi", "name": []}, "name"),
        ({"id": "m-0000001", "text": "oi", "email": 1}, "email"),
        ({"id": "m-0000001", "text": "oi", "context": "x"}, "context"),
    ],
)
async def test_what_is_wrong_is_told_by_field(tmp_path, body, field):
    async with visiting(tmp_path) as page:
        await page.enter()
        status, given, _ = await page.ask("POST", "/messages", json=body)

    assert status == 422
    assert field in [one["field"] for one in given["errors"]]
    assert page.intake.accepted == []


async def test_more_files_than_allowed_are_refused(tmp_path):
    form = aiohttp.FormData({"id": "m-0000001"})
    for number in range(3):
        form.add_field("files", b"x", filename=f"{number}.txt")
    async with visiting(tmp_path, max_files=2) as page:
        await page.enter()
        status, given, _ = await page.ask("POST", "/messages", data=form)

    assert (status, given["errors"]) == (422, [{"field": "files", "detail": "at most 2 are taken, got 3"}])


async def test_pages_of_other_origins_get_nothing_not_even_leave_to_look(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        for origin in ("https://boa.example", "null", "https://www.exemplo.com.br.evil.example", "", None):
            page.origin = origin
            for method, path in (
                ("POST", "/session"),
                ("POST", "/messages"),
                ("GET", "/events"),
                ("GET", "/files/1/0"),
            ):
                status, _, headers = await page.ask(method, path, json={} if method == "POST" else None)
                assert (status, headers.get("Access-Control-Allow-Origin")) == (403, None), (origin, path)
            status, _, headers = await page.ask("OPTIONS", "/messages")
            assert (status, headers.get("Access-Control-Allow-Origin")) == (403, None)


async def test_a_page_of_an_allowed_origin_may_call_and_read(tmp_path):
    async with visiting(tmp_path) as page:
        status, _, headers = await page.ask("OPTIONS", "/messages")
        given = (await page.ask("POST", "/session", json={}))[2]

    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == given["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in headers["Access-Control-Allow-Headers"]
    assert given["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in given


async def test_a_token_is_good_for_the_origin_it_was_given_to(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        page.origin = "https://loja.exemplo.com.br"
        said = await page.say("oi")
        listened = await page.ask("GET", "/events")

    assert (said[0], listened[0]) == (401, 401)


async def test_a_page_of_our_own_origin_is_known_by_what_browsers_alone_can_say(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        page.origin = None
        own = await page.ask("GET", "/files/1/0", headers={"Sec-Fetch-Site": "same-origin"})
        other = await page.ask("GET", "/files/1/0", headers={"Sec-Fetch-Site": "cross-site"})

    assert (own[0], other[0]) == (404, 403)


async def test_an_expired_token_is_told_apart_and_renewed_for_the_same_visitor(tmp_path):
    now = [1_800_000_000.0]
    async with visiting(tmp_path, clock=lambda: now[0], tokens={"lifetime": "1m"}) as page:
        given = await page.enter()
        now[0] += 61
        status, refused, _ = await page.say("oi")
        again = await page.enter(token=given["token"])
        taken = await page.say("oi")

    assert (status, refused["expired"]) == (401, True)
    assert again["visitor"] == given["visitor"]
    assert taken[0] == 202


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
async def test_other_media_are_refused(tmp_path, media):
    """Simple requests, which browsers send without asking first, are none of these."""
    async with visiting(tmp_path) as page:
        await page.enter()
        statuses = [
            (await page.ask("POST", path, data=b"{}", headers={"Content-Type": media}))[0]
            for path in ("/session", "/messages")
        ]

    assert statuses == [415, 415]


async def test_what_is_too_large_is_refused(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        headers = {"Content-Type": "application/json"}
        message = await page.ask("POST", "/messages", data=b" " * 200_001, headers=headers)
        session = await page.ask("POST", "/session", data=b" " * 16_001, headers=headers)

    assert (message[0], session[0]) == (413, 413)


async def test_a_journal_that_is_away_promises_nothing(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        page.intake.broken = IntakeUnavailable("disk full", detail="/var/lib secret path")
        status, given, headers = await page.say("oi")

    assert (status, headers["Retry-After"]) == (503, "5")
    assert "secret" not in str(given)


async def test_a_store_that_is_away_keeps_nobody_from_writing(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        page.intake.chats.away = StoreUnavailable("away", detail="secret")
        said, listened = await page.say("oi"), await page.ask("GET", "/events")

    assert (said[0], listened[0], listened[2]["Retry-After"]) == (202, 503, "5")


async def test_floods_are_told_to_wait_and_others_are_not(tmp_path):
    limits = {"messages_per_minute": 3, "address_messages_per_minute": 5, "address_sessions_per_minute": 3}
    async with visiting(tmp_path, limits_=limits) as page:
        await page.enter()
        first = [(await page.say("oi", f"m-000000{number}")) for number in range(4)]
        await page.enter()
        second = [(await page.say("oi", f"m-000000{number}"))[0] for number in range(3)]
        sessions = [(await page.ask("POST", "/session", json={}))[0] for _ in range(2)]

    assert [status for status, _, _ in first] == [202, 202, 202, 429]
    assert int(first[3][2]["Retry-After"]) > 0
    assert second == [202, 202, 429]
    assert sessions == [200, 429]


async def test_the_widget_is_kept_by_its_content(tmp_path):
    async with visiting(tmp_path) as page:
        async with page.session.get(f"{page.base}/widget.js") as answer:
            script, headers = await answer.read(), answer.headers
        async with page.session.get(f"{page.base}/widget.js", headers={"If-None-Match": headers["ETag"]}) as again:
            unchanged = again.status, await again.read()
        async with page.session.get(f"{page.base}/widget.js", headers={"Accept-Encoding": "identity"}) as plain:
            assert (await plain.read(), plain.headers.get("Content-Encoding")) == (script, None)

    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Content-Encoding"] == "gzip"
    assert unchanged == (304, b"")
    assert b'"use strict"' in script
