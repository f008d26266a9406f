"""Attacks 48 to 52 on a Telegram bot: calls without its secret, repeated, broken, forged; where its secrets go.

Telegram signs nothing: the secret in the header is all the proof there is, and there is no stamp to be stale.
"""

import json
import logging

import pytest

from channels.telegram import hook
from channels.telegram.hook import showable
from domain.interaction import Ignored
from tests.channels.cases import SECRET as KEPT
from tests.channels.cases import cases_of
from tests.channels.site import FakeIntake, calling
from tests.channels.telegram.server import TOKEN, bot_api
from tests.channels.telegram.transport import channel_of
from tests.channels.test_contract import survives
from tests.security.test_50_webhook_bodies import MALFORMED

SECRET = showable(KEPT)
HEADER = "X-Telegram-Bot-Api-Secret-Token"
JSON = {"Content-Type": "application/json"}
BODY = next(case for case in cases_of("telegram") if case.path.stem == "text").path.read_bytes()
WRONG = {
    "none": JSON,
    "empty": {**JSON, HEADER: ""},
    "another": {**JSON, HEADER: "x" * len(SECRET)},
    "cut": {**JSON, HEADER: SECRET[:-1]},
    "longer": {**JSON, HEADER: SECRET + "x"},
    "upper case": {**JSON, HEADER: SECRET.upper()},
    "non-ASCII": {**JSON, HEADER: "çãé"},
    "the token": {**JSON, HEADER: TOKEN},
    "in another header": {**JSON, "Authorization": f"Bearer {SECRET}"},
}


@pytest.fixture
async def caller():
    intake = FakeIntake()
    async with bot_api() as api:
        channel = channel_of(api, receive="webhook", secret="env:SECRET", max_body="100kB")
        async with calling(list(channel.routes(intake))) as caller:
            caller.intake, caller.channel = intake, channel
            yield caller


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG.keys())
async def test_48_a_call_without_the_secret_is_refused(caller, headers):
    status, answer, _ = await caller.post(BODY, headers)
    assert status == 401
    assert SECRET not in json.dumps(answer)
    assert caller.intake.accepted == []


async def test_48_the_secret_in_the_address_opens_nothing(caller):
    caller.path += f"?secret_token={SECRET}"
    assert (await caller.post(BODY, JSON))[0] == 401


async def test_49_the_same_call_again_is_answered_alike_and_kept_once(caller):
    answers = [await caller.post(BODY, {**JSON, HEADER: SECRET}) for _ in range(3)]
    assert [status for status, _, _ in answers] == [200] * 3
    assert len(caller.intake.accepted) == 1


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_50_what_is_no_json_object_is_refused_in_words(caller, body):
    status, answer, _ = await caller.post(body, {**JSON, HEADER: SECRET})
    assert status == 400
    assert "column" in answer["detail"]


async def test_50_what_is_too_large_is_refused(caller):
    assert (await caller.post(b" " * 100_001, {**JSON, HEADER: SECRET}))[0] == 413


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "message": {"message_id": 2, "chat": {"id": 3, "type": "private"}, "date": 4, "text": value}}
        for value in ("a\u0000b", "\ud83d".encode("utf-8", "replace").decode(), ["a"], {"a": 1}, 7, True)
    ]
    + [
        {"update_id": 2**70, "message": {}},
        {"update_id": True},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {"message_id": 1e300, "chat": {"id": "x"}}},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": -0.5}, "photo": [[], {}, {"file_id": []}]}},
    ],
)
async def test_50_odd_values_are_read_or_quarantined(caller, update):
    status, _, _ = await caller.post(json.dumps(update).encode(), {**JSON, HEADER: SECRET})
    if status == 400:
        return
    assert survives(caller.channel, caller.intake.accepted[0])


def test_51_our_own_words_are_an_echo():
    channel = channel_of(type("Api", (), {"url": "http://127.0.0.1:1"}))
    case = next(case for case in cases_of("telegram") if case.path.stem == "text")
    update = json.loads(case.path.read_bytes())
    update["message"]["from"]["id"] = int(TOKEN.partition(":")[0])
    assert channel.decode(case.raw(json.dumps(update).encode())) == Ignored(reason="our own message")


def test_52_the_secret_is_compared_in_constant_time(monkeypatch):
    compared = []

    def watched(first, second):
        compared.append((first, second))
        return first == second

    monkeypatch.setattr(hook.hmac, "compare_digest", watched)
    hook.prover("s3cret")({HEADER: "s3cret"}, b"{}", 0.0)
    assert compared == [(b"s3cret", b"s3cret")]


async def test_52_neither_token_nor_secret_is_in_a_log_line_or_an_error(caplog, capfd):
    async with bot_api() as api:
        api.token = "1:another"
        api.say("oi")
        channel = channel_of(api, receive="webhook", secret="env:SECRET", public_url="https://x.example/hooks/canal")
        with caplog.at_level(logging.INFO), pytest.raises(Exception) as raised:
            await channel.receiver.run(FakeIntake(), lambda: None)
    out, err = capfd.readouterr()
    structured = out + err + str(raised.value)
    assert TOKEN not in structured
    assert SECRET not in structured


def test_52_libraries_that_log_addresses_are_silent():
    """httpx logs every URL at INFO, and a Bot API URL holds the token."""
    from ingest.logs import set_up_logging  # noqa: PLC0415 - it changes the whole process

    set_up_logging("debug", "json")
    assert not logging.getLogger("httpx").isEnabledFor(logging.ERROR)
    assert not logging.getLogger("telegram.ext").isEnabledFor(logging.ERROR)
