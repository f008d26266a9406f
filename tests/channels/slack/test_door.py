"""Slack at the door: signed within five minutes, verified once, and what is repeated is kept once."""

import json
import time

import pytest

from tests.channels.cases import build_channel
from tests.channels.site import FakeIntake, calling
from tests.channels.slack.workspace import slack_signed

EVENT = {"type": "event_callback", "event_id": "Ev0PV52K25", "team_id": "T1", "event": {"type": "message"}}
BODY = json.dumps(EVENT).encode()


@pytest.fixture
async def caller(tmp_path):
    intake = FakeIntake()
    async with calling(list(build_channel("slack", tmp_path).routes(intake))) as caller:
        caller.intake = intake
        yield caller


async def test_the_verification_is_answered_and_not_kept(caller):
    body = json.dumps({"token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification"}).encode()

    status, answer, _ = await caller.post(body, slack_signed(body))

    assert (status, answer) == (200, {"challenge": "3eZbrw1aBm2rZgRNFdxV"})
    assert caller.intake.accepted == []


async def test_a_verification_that_is_not_signed_is_refused_and_echoes_nothing(caller):
    body = json.dumps({"challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification"}).encode()

    status, answer, _ = await caller.post(body, slack_signed(body, "another secret of sufficient length"))

    assert status == 401
    assert "3eZ" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("drift", "status"), [(-290, 200), (0, 200), (290, 200), (-310, 401), (310, 401), (-86400, 401)]
)
async def test_five_minutes_of_drift_are_tolerated(caller, drift, status):
    assert (await caller.post(BODY, slack_signed(BODY, at=time.time() + drift)))[0] == status


@pytest.mark.parametrize("stamp", ["", "yesterday", "-5", "１７７２", "9" * 5000])
async def test_a_timestamp_that_is_none_is_refused(caller, stamp):
    headers = {**slack_signed(BODY), "X-Slack-Request-Timestamp": stamp}

    assert (await caller.post(BODY, headers))[0] == 401


async def test_a_repeated_event_is_known_by_its_id(caller):
    """Slack signs anew on each try, and may spell the body differently."""
    respelled = json.dumps(EVENT, indent=1).encode()
    retry = slack_signed(respelled) | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}

    first = await caller.post(BODY, slack_signed(BODY))
    again = await caller.post(respelled, retry)

    assert [answer[0] for answer in (first, again)] == [200, 200]
    assert again[1]["duplicate"]
    [kept] = caller.intake.accepted
    assert kept.dedup_key == "canal:Ev0PV52K25"


async def test_why_it_was_repeated_is_kept_with_the_entry(caller):
    await caller.post(BODY, slack_signed(BODY) | {"X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "http_timeout"})

    [kept] = caller.intake.accepted
    assert kept.envelope["headers"]["X-Slack-Retry-Num"] == "2"


async def test_an_event_without_a_usable_id_is_known_by_its_proof(caller):
    body = json.dumps({**EVENT, "event_id": {"a": 1}}).encode()

    assert (await caller.post(body, slack_signed(body)))[0] == 200
    assert caller.intake.accepted[0].dedup_key.startswith("canal:v0=")
