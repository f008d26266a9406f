"""Long polling: nothing is confirmed before it is durable, and every refusal of Telegram's has its place."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from domain.errors import ConnectionLost, Contested, CredentialsRejected, IntakeUnavailable, ReceiverError
from tests.channels.site import UNAVAILABLE, FakeIntake
from tests.channels.telegram.server import AWAY, CUT, FLOODED, HOOKED, TOKEN, UNAUTHORIZED, bot_api, refusal
from tests.channels.telegram.transport import channel_of
from tests.patience import PATIENCE, until


@pytest.fixture
async def api():
    async with bot_api() as api:
        yield api


@asynccontextmanager
async def polling(api, intake, ready=lambda: None, **options):
    running = asyncio.ensure_future(channel_of(api, **options).receiver.run(intake, ready))
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def failure(api, intake=None):
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ReceiverError) as raised:
            await channel_of(api).receiver.run(intake or FakeIntake(), lambda: None)
    assert TOKEN not in str(raised.value) + raised.value.detail
    return raised.value


async def test_updates_are_kept_as_they_came_and_then_confirmed(api):
    update = api.say("oi", unknown_to_the_library={"a": [1, None]})
    intake = FakeIntake()
    async with polling(api, intake):
        await until(lambda: not api.updates)

    [raw] = intake.accepted
    assert json.loads(raw.payload) == update
    assert api.calls("getUpdates")[0].get("offset") is None
    assert api.calls("getUpdates")[1]["offset"] == update["update_id"] + 1


async def test_a_shape_that_the_library_cannot_read_stops_nobody(api):
    api.put(message={"message_id": "no number", "chat": 7, "date": "yesterday"})
    api.say("oi")
    intake = FakeIntake()
    async with polling(api, intake):
        await until(lambda: not api.updates)
    assert len(intake.accepted) == 2


async def test_what_is_not_durable_stays_with_telegram(api):
    api.say("oi")
    error = await failure(api, FakeIntake(broken=UNAVAILABLE))

    assert len(api.updates) == 1
    assert "messages stay with Telegram" in str(error)


async def test_one_update_that_is_not_durable_keeps_them_all_unconfirmed(api):
    class Full(FakeIntake):
        async def accept(self, raw):
            if b"segunda" in raw.payload:
                raise IntakeUnavailable("disk full")
            return await super().accept(raw)

    for text in ("primeira", "segunda", "terceira"):
        api.say(text)
    await failure(api, Full())
    assert len(api.updates) == 3


async def test_what_was_accepted_and_not_confirmed_comes_again_and_is_known(api):
    """As after a SIGKILL between the commit and the next getUpdates."""
    api.say("oi")
    intake = FakeIntake()

    class Dies(FakeIntake):
        async def accept(self, raw):
            await intake.accept(raw)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await channel_of(api).receiver.run(Dies(), lambda: None)
    assert len(api.updates) == 1
    async with polling(api, intake):
        await until(lambda: not api.updates)
    assert len(intake.accepted) == 1


async def test_many_updates_are_taken_in_pages(api):
    for number in range(250):
        api.say(f"mensagem {number}")
    intake = FakeIntake()
    async with polling(api, intake):
        await until(lambda: not api.updates)
    assert len(intake.accepted) == 250


async def test_an_old_number_that_telegram_uses_again_is_another_message(api):
    intake = FakeIntake()
    api.say("primeira", message_id=1)
    async with polling(api, intake):
        await until(lambda: not api.updates)
        api.next_id -= 1
        api.say("outra, semanas depois", message_id=99)
    async with polling(api, intake):
        await until(lambda: not api.updates)
    assert len(intake.accepted) == 2


@pytest.mark.parametrize("answer", [UNAUTHORIZED, refusal(404, "Not Found")])
async def test_a_token_that_is_none_is_a_persons_business(api, answer):
    api.plans["getMe"] = [answer]
    assert isinstance(await failure(api), CredentialsRejected)


async def test_a_token_that_is_revoked_while_we_poll_is_seen(api):
    up = asyncio.Event()
    async with polling(api, FakeIntake(), up.set) as running:
        await up.wait()
        api.token = "1:another"
        await until(running.done)
        assert isinstance(running.exception(), CredentialsRejected)


async def test_of_two_pollers_the_one_that_telegram_ends_says_so(api):
    up = asyncio.Event()
    async with polling(api, FakeIntake(), up.set, poll="5s") as first:
        await until(lambda: api.calls("getUpdates"))
        async with polling(api, FakeIntake(), poll="5s"):
            await until(first.done)
            assert isinstance(first.exception(), Contested)
            assert "only one bot instance" in str(first.exception())


async def test_a_webhook_that_stands_in_the_way_is_removed_at_start_and_what_waits_is_kept(api):
    api.webhook["url"] = "https://old.example/hook"
    api.say("oi")
    intake = FakeIntake()
    async with polling(api, intake):
        await until(lambda: not api.updates)
    assert api.calls("deleteWebhook")[0].get("drop_pending_updates") in {None, False}
    assert len(intake.accepted) == 1


async def test_a_webhook_that_somebody_sets_meanwhile_is_contested(api):
    api.plans["getUpdates"] = [HOOKED]
    assert isinstance(await failure(api), Contested)


async def test_silence_is_kept_as_long_as_telegram_asks(api, monkeypatch):
    slept = []
    sleep = asyncio.sleep

    async def short(seconds):
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr("channels.telegram.receive.asyncio.sleep", short)
    api.plans["getUpdates"] = [FLOODED, refusal(429, "Too Many Requests", retry_after=150)]
    api.say("oi")
    async with polling(api, FakeIntake()), asyncio.timeout(PATIENCE):
        while api.updates:
            await sleep(0.01)
    assert slept[:2] == [7, 150]


@pytest.mark.parametrize("answer", [AWAY, CUT, (200, {"ok": True}), (200, [1])])
async def test_trouble_on_the_way_is_told_and_tried_again(api, answer):
    api.plans["getUpdates"] = [answer]
    api.say("oi")
    assert isinstance(await failure(api), ConnectionLost)
    assert len(api.updates) == 1


async def test_nobody_there_is_trouble_on_the_way(api):
    api.url = "http://127.0.0.1:1"
    assert isinstance(await failure(api), ConnectionLost)


async def test_every_poll_that_succeeds_is_a_sign_of_life(api):
    signs = []
    async with polling(api, FakeIntake(), lambda: signs.append(1)):
        api.say("um")
        await until(lambda: len(signs) >= 2)


@pytest.mark.parametrize("text", ["/start", "/help", "/ticket", "/start pedido-7"])
async def test_who_opens_the_chat_is_greeted_once(api, text):
    api.say(text)
    api.say("oi", chat=99)
    async with polling(api, FakeIntake(), greeting="Escreva o que aconteceu."):
        await until(lambda: not api.updates)
    assert [(one["chat_id"], one["text"]) for one in api.sent] == [(12345678, "Escreva o que aconteceu.")]


async def test_a_greeting_that_cannot_be_sent_stops_nobody(api):
    api.plans["sendMessage"] = [refusal(403, "Forbidden: bot was blocked by the user")]
    api.say("/start")
    intake = FakeIntake()
    async with polling(api, intake, greeting="Olá"):
        await until(lambda: not api.updates)
    assert len(intake.accepted) == 1
