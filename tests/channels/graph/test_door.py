"""Meta's handshake and signature: what is not proved is refused, and echoes nothing."""

import json

import pytest

from channels.graph.door import hub_signature
from tests.channels.cases import SECRET, build_channel
from tests.channels.graph.meta import hub_signed
from tests.channels.site import UNAVAILABLE, FakeIntake, calling

BODY = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
GOOD = {"hub.mode": "subscribe", "hub.verify_token": SECRET, "hub.challenge": "1158201444"}


@pytest.fixture
async def caller(tmp_path):
    intake = FakeIntake()
    async with calling(list(build_channel("whatsapp", tmp_path).routes(intake))) as caller:
        caller.intake = intake
        yield caller


async def get(caller, query):
    url = f"http://127.0.0.1:{caller.port}{caller.path}"
    async with caller.session.get(url, params=query) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_the_handshake_answers_the_challenge(caller):
    status, text, headers = await get(caller, GOOD)

    assert (status, text) == (200, "1158201444")
    assert headers["Content-Type"].startswith("text/plain")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "change",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": SECRET + " "},
        {"hub.verify_token": "çãé"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>alert(1)</script>"},
        {"hub.challenge": ""},
        {"hub.challenge": "1" * 300},
    ],
)
async def test_any_other_handshake_is_refused_and_echoes_nothing(caller, change):
    status, text, _ = await get(caller, GOOD | change)

    assert status == 403
    assert "1158201444" not in text
    assert "script" not in text


async def test_what_is_accepted_is_answered_200_new_or_not(caller):
    """Meta takes nothing else for a yes."""
    first = await caller.post(BODY, hub_signed(BODY))
    again = await caller.post(BODY, hub_signed(BODY))

    assert (first[0], again[0]) == (200, 200)
    assert (first[1]["duplicate"], again[1]["duplicate"]) == (False, True)
    assert len(caller.intake.accepted) == 1


async def test_any_of_the_secrets_may_have_signed(tmp_path):

    prove = hub_signature(["old secret, long enough", SECRET])

    assert prove(hub_signed(BODY), BODY, 0.0).key == prove(hub_signed(BODY, "old secret, long enough"), BODY, 0.0).key


async def test_without_durability_nothing_of_a_batch_is_promised(caller):
    caller.intake.broken = UNAVAILABLE

    status, _, headers = await caller.post(BODY, hub_signed(BODY))

    assert status == 503
    assert headers["Retry-After"]
