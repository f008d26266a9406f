"""Webhook mode: the secret is all that proves a call; Telegram is told where to call, and watched."""

import asyncio
import json
import re

import pytest

from channels.telegram import Options
from channels.telegram.hook import showable
from domain.errors import Contested, CredentialsRejected
from tests.channels.cases import SECRET as KEPT
from tests.channels.cases import cases_of
from tests.channels.site import FakeIntake, calling
from tests.channels.telegram.server import bot_api
from tests.channels.telegram.transport import channel_of
from tests.patience import PATIENCE

SECRET = showable(KEPT)
HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY = next(case for case in cases_of("telegram") if case.path.stem == "text").path.read_bytes()


@pytest.fixture
async def api():
    async with bot_api() as api:
        yield api


def hooked(api, **options):
    return channel_of(api, receive="webhook", secret="env:SECRET", **options)


def headers(secret=SECRET):
    return {HEADER: secret, "Content-Type": "application/json"}


async def test_a_call_with_the_secret_is_kept_and_a_repetition_is_known(api):
    intake = FakeIntake()
    async with calling(list(hooked(api).routes(intake))) as caller:
        first, _, _ = await caller.post(BODY, headers())
        second, answer, _ = await caller.post(BODY, headers())
    assert (first, second, answer["duplicate"]) == (200, 200, True)
    [raw] = intake.accepted
    assert SECRET not in json.dumps(dict(raw.envelope))


async def test_a_message_by_both_roads_is_one(api):
    """Polled before the webhook was set, called again afterwards: other bytes, the same identity."""
    intake = FakeIntake()
    channel = hooked(api)
    async with calling(list(channel.routes(intake))) as caller:
        await caller.post(BODY, headers())
        await caller.post(json.dumps(json.loads(BODY)).encode(), headers())
    first, second = (channel.decode(raw)[0].identity for raw in intake.accepted)
    assert first == second


async def test_the_greeting_is_the_answer_to_the_call(api):
    update = json.loads(BODY)
    update["message"]["text"] = "/start"
    intake = FakeIntake()
    async with calling(list(hooked(api, greeting="Olá!").routes(intake))) as caller:
        status, answer, _ = await caller.post(json.dumps(update).encode(), headers())
    assert (status, answer["method"], answer["chat_id"], answer["text"]) == (200, "sendMessage", 12345678, "Olá!")


async def run(channel):
    up = asyncio.Event()
    running = asyncio.ensure_future(channel.receiver.run(FakeIntake(), up.set))
    waiting = asyncio.ensure_future(up.wait())
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        for task in (running, waiting):
            task.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("A-good_secret9", "A-good_secret9"),
        ("whsec_a+b/c=", "d2e37d6c72b5"),
        ("contract test secret, long enough", "bd7dc4a58a27"),
    ],
)
def test_a_secret_with_signs_that_telegram_does_not_take_is_shown_as_its_digest(secret, shown):
    assert showable(secret).startswith(shown)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", showable(secret))


async def test_the_webhook_is_set_at_start_with_the_secret(api):
    await run(hooked(api, public_url="https://ajuda.exemplo.com.br/hooks/canal"))
    [told] = api.calls("setWebhook")
    assert (told["url"], told["secret_token"]) == ("https://ajuda.exemplo.com.br/hooks/canal", SECRET)
    assert told["allowed_updates"] == ["message", "edited_message"]


async def test_a_webhook_that_a_person_sets_is_left_alone(api):
    api.webhook["url"] = "https://ajuda.exemplo.com.br/hooks/canal"
    await run(hooked(api))
    assert api.calls("setWebhook") == []


@pytest.mark.parametrize("url", ["", "https://other.example/hook"])
async def test_a_webhook_that_is_not_ours_is_an_alarm(api, url):
    ours = "https://ajuda.exemplo.com.br/hooks/canal"
    api.plans["getWebhookInfo"] = [
        (200, {"ok": True, "result": {"url": url, "has_custom_certificate": False, "pending_update_count": 3}})
    ]
    with pytest.raises(Contested):
        await run(hooked(api, public_url=ours))


async def test_a_revoked_token_is_an_alarm_in_webhook_mode_too(api):
    api.token = "1:another"
    with pytest.raises(CredentialsRejected):
        await run(hooked(api))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"receive": "webhook"}, "secret"),
        ({"public_url": "https://x.example/hooks/canal"}, "public_url"),
        ({"groups": "mentions"}, "username"),
        ({"group_ids": [5]}, "negative"),
        ({"poll": "90s"}, "50s"),
        ({"username": "has space"}, "pattern"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(options, words):
    with pytest.raises(ValueError, match=words):
        Options.model_validate({"token": "env:TOKEN", **options})


def test_a_username_may_be_written_as_it_is_mentioned():
    assert Options.model_validate({"token": "env:T", "username": "@exemplo_bot"}).username == "exemplo_bot"
