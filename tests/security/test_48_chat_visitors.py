"""Attacks 48, 49 and 52 for the web chat: without a visitor's own token nobody reads or writes anything of his,
the same message again is one, and no token stands in a URL."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import jwt
import pytest

from channels.chat.decode import decode
from domain.chat import Author, ChatEvent, ChatFile
from tests.channels.chat.visiting import KEYS, ORIGIN, visiting
from tests.patience import PATIENCE

SECRET_WORDS = "segredo da Ana"


def forged(claims, key, algorithm="HS256"):
    return jwt.encode(claims, key, algorithm)


async def ana(page):
    """Ana is here and was told something; what her token says."""
    given = await page.enter()
    page.intake.chats.told[given["visitor"]] = [
        ChatEvent(number=1, at=datetime(2026, 11, 27, tzinfo=UTC), author=Author.AGENT, text=SECRET_WORDS, ticket=7,
                  files=(ChatFile(name="a.pdf", content_type="application/pdf", size=3, sha256="0" * 64),))
    ]  # fmt: skip
    page.intake.chats.files[given["visitor"], 1, 0] = (None, b"abc")
    body = page.token.split(".")[1]
    return page.token, json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


async def tried(page, authorization):
    """What every door answers to this header; statuses and all that was said."""
    headers = {"Origin": page.origin, **({} if authorization is None else {"Authorization": authorization})}
    statuses, said = [], b""
    for method, path in (("POST", "messages"), ("GET", "events"), ("GET", "files/1/0")):
        options = {"json": {"id": "m-0000001", "text": "oi"}} if method == "POST" else {}
        async with page.session.request(method, f"{page.base}/{path}", headers=headers, **options) as answer:
            statuses.append(answer.status)
            said += await answer.read()
    return statuses, said


@pytest.mark.parametrize(
    "how",
    ["none", "empty", "basic", "cookie", "no signature", "alg none", "alg other", "site's key", "raw key",
     "body changed", "other channel", "other origin", "expired", "ümlaut", "long", "two", "NUL"],
)  # fmt: skip
async def test_without_his_own_token_nobody_reads_or_writes(tmp_path, how):
    async with visiting(tmp_path) as page:
        token, claims = await ana(page)
        head, body, signature = token.split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
        other = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "visitor/1"}).encode()).decode().rstrip("=")
        offered = {
            "none": None,
            "empty": "Bearer ",
            "basic": f"Basic {token}",
            "cookie": None,
            "no signature": f"Bearer {head}.{body}.",
            "alg none": f"Bearer {none}.{body}.",
            "alg other": f"Bearer {forged(claims, KEYS['env:CHAT'] * 3, 'HS512')}",
            "site's key": f"Bearer {forged(claims, KEYS['env:SITE'])}",
            "raw key": f"Bearer {forged(claims, KEYS['env:CHAT'])}",
            "body changed": f"Bearer {head}.{other}.{signature}",
            "other channel": f"Bearer {forged({**claims, 'aud': 'chat:other'}, KEYS['env:CHAT'])}",
            "other origin": f"Bearer {token}",
            "expired": f"Bearer {forged({**claims, 'exp': 1}, KEYS['env:CHAT'])}",
            "ümlaut": f"Bearer ü{token}",
            "long": "Bearer " + "A" * 6000,
            "two": f"Bearer {token} {token}",
            "NUL": f"Bearer {token[:-3]}%00",
        }[how]
        if how == "other origin":
            page.origin = "https://loja.exemplo.com.br"
        if how == "cookie":
            page.session.cookie_jar.update_cookies({"token": token})
        statuses, said = await tried(page, offered)

    assert statuses == [401, 401, 401]
    assert SECRET_WORDS.encode() not in said
    assert page.intake.accepted == []


async def test_a_visitor_who_names_another_is_still_himself(tmp_path):
    """By body, header, query or number: whose conversation it is stands in the token and nowhere else."""
    async with visiting(tmp_path) as page:
        _, claims = await ana(page)
        victim = claims["sub"]
        bia = await page.enter(visitor=victim, sub=victim, token=None)
        await page.say("oi", visitor=victim, conversation=victim, sender={"id": victim}, person={"verified": True})
        stolen = [
            (await page.ask("GET", f"/files/1/0?visitor={victim}", headers={"X-Visitor": victim}))[0],
            (await page.ask("GET", "/files/-1/0"))[0],
            (await page.ask("GET", "/files/1/-1"))[0],
            (await page.ask("GET", f"/files/{2**64}/0"))[0],
        ]
        async with page.listening(after=0) as (_, events), asyncio.timeout(PATIENCE):
            page.intake.chats.told[bia["visitor"]] = [replace(page.intake.chats.told[victim][0], text="da Bia")]
            heard = [value["text"] async for name, value, _ in _first(events)]

    (raw,) = page.intake.accepted
    assert raw.envelope["visitor"] == bia["visitor"] != victim
    assert raw.envelope["person"] == {}
    assert stolen == [404] * 4
    assert heard == ["da Bia"]


async def _first(events):
    async for one in events:
        yield one
        return


async def test_an_expired_token_of_somebody_else_makes_no_session_of_his(tmp_path):
    async with visiting(tmp_path) as page:
        _, claims = await ana(page)
        made = [
            (await page.enter(token=forged({**claims, "exp": 1}, key)))["visitor"]
            for key in (KEYS["env:SITE"], KEYS["env:CHAT"], "x" * 40)
        ]

    assert claims["sub"] not in made
    assert len(set(made)) == 3


async def test_a_typed_address_is_never_a_vouched_one(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        await page.say("sou a chefe", name="CEO", email="ceo@exemplo.com.br", verified=True)
        (raw,) = page.intake.accepted
        (interaction,) = decode(raw)

    assert interaction.vouched == ()
    assert interaction.return_path == raw.envelope["visitor"]
    assert interaction.traits["sender.email"] == "ceo@exemplo.com.br"


async def test_the_same_id_again_is_one_message_and_another_text_swallows_none(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        statuses = [(await page.say(words))[0] for words in ("um", "um", "dois", "um")]

    assert statuses == [202, 200, 422, 200]
    assert [json.loads(raw.payload)["text"] for raw in page.intake.accepted] == ["um"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{ORIGIN}.evil.example", f"{ORIGIN}@evil.example", "file://", f"{ORIGIN}/"],
)
async def test_a_page_of_a_foreign_origin_is_refused_even_with_a_stolen_token(tmp_path, origin):
    async with visiting(tmp_path) as page:
        token, _ = await ana(page)
        page.origin = origin
        statuses, said = await tried(page, f"Bearer {token}")

    assert statuses == [403, 403, 403]
    assert SECRET_WORDS.encode() not in said


async def test_failures_are_charged_so_that_tokens_cannot_be_guessed(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()
        page.token = "guess"
        statuses = [(await page.say("oi"))[0] for _ in range(70)]

    assert statuses[:60] == [401] * 60
    assert statuses[-1] == 429


async def test_no_token_is_taken_from_a_url_and_none_is_given_in_one(tmp_path):
    async with visiting(tmp_path) as page:
        token, _ = await ana(page)
        page.token = ""
        asked = [(await page.ask("GET", f"/events?token={token}&access_token={token}"))[0]]
        async with page.session.get(f"{page.base}/widget.js") as answer:
            script = await answer.text()

    assert asked == [401]
    assert not any(name in script for name in ("?token=", "access_token", "document.cookie"))


async def test_a_slow_or_endless_form_is_cut(tmp_path):
    async with visiting(tmp_path) as page:
        await page.enter()

        async def endless():
            for _ in range(100):
                yield b"x" * 10_000

        headers = {"Origin": page.origin, "Authorization": f"Bearer {page.token}", "Content-Type": "application/json"}
        try:
            async with page.session.post(f"{page.base}/messages", data=endless(), headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            status = 413

    assert status == 413
