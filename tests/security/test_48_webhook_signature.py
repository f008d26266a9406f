"""Attack 48: none, wrong, empty, non-ASCII, stale or ahead signatures; body or id changed. Always 4xx, never 5xx."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from channels.base import BuildContext
from channels.webhook import Options, build
from tests.channels.cases import NAME, SECRET, build_channel
from tests.channels.site import FakeIntake, calling, signed

BODY = '{"sender": {"id": "u-1"}, "text": "Olá"}'.encode()
NOW = time.time()


def without(*names):
    return {name: value for name, value in signed(BODY).items() if name not in names}


HEADERS = {
    "none at all": {"Content-Type": "application/json"},
    "no id": without("webhook-id"),
    "no timestamp": without("webhook-timestamp"),
    "no signature": without("webhook-signature"),
    "empty signature": {**signed(BODY), "webhook-signature": ""},
    "empty v1": {**signed(BODY), "webhook-signature": "v1,"},
    "no version": {**signed(BODY), "webhook-signature": signed(BODY)["webhook-signature"].removeprefix("v1,")},
    "another version": {**signed(BODY), "webhook-signature": signed(BODY)["webhook-signature"].replace("v1", "v1a")},
    "another secret": signed(BODY, secret="another secret of sufficient length"),
    "another body": signed(BODY + b" "),
    "another id": {**signed(BODY), "webhook-id": "msg_2"},
    "another timestamp": {**signed(BODY), "webhook-timestamp": str(int(NOW) + 1)},
    "stale": signed(BODY, at=NOW - 301),
    "very stale": signed(BODY, at=1.0),
    "ahead": signed(BODY, at=NOW + 3600),
    "timestamp no number": {**signed(BODY), "webhook-timestamp": "yesterday"},
    "timestamp in other digits": {**signed(BODY), "webhook-timestamp": "１７７２４５２８００"},
    "timestamp negative": {**signed(BODY), "webhook-timestamp": "-5"},
    "timestamp of 5,000 digits": {**signed(BODY), "webhook-timestamp": "9" * 5000},
    "non-ASCII signature": {**signed(BODY), "webhook-signature": "v1,çãé"},
    "non-ASCII id": {**signed(BODY), "webhook-id": "çãé"},
    "id of 300 characters": signed(BODY, message_id="m" * 300),
    "many wrong signatures": {**signed(BODY), "webhook-signature": " ".join(["v1,AAAA"] * 500)},
}


@pytest.fixture
async def caller(tmp_path):
    intake = FakeIntake()
    async with calling(list(build_channel("webhook", tmp_path).routes(intake))) as caller:
        caller.intake = intake
        yield caller


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
async def test_what_is_not_signed_is_refused_with_401(caller, headers):
    status, answer, answer_headers = await caller.post(BODY, headers)

    assert status == 401
    assert answer["status"] == 401
    assert answer["detail"]
    assert answer_headers["Content-Type"] == "application/problem+json"
    assert caller.intake.accepted == []


@pytest.mark.parametrize("junk", [b"\xff\xfe", b"v1,\xe9\xe3", b"\x80" * 100])
async def test_header_bytes_that_are_no_text_are_refused_with_401(caller, junk):
    """aiohttp hands them over as surrogates; comparing those as text would be a server error."""
    reader, writer = await asyncio.open_connection("127.0.0.1", caller.port)
    given = signed(BODY)
    writer.write(
        b"POST "
        + caller.path.encode()
        + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nwebhook-id: msg_1\r\n"
        b"webhook-timestamp: " + given["webhook-timestamp"].encode() + b"\r\nwebhook-signature: " + junk + b"\r\n"
        b"Content-Length: " + str(len(BODY)).encode() + b"\r\nConnection: close\r\n\r\n" + BODY
    )
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_right_signature_among_wrong_ones_is_taken(caller):
    """A sender that changes its secret signs with both for a while."""
    headers = signed(BODY)
    headers["webhook-signature"] = f"v1a,xx v1,AAAA {headers['webhook-signature']}"

    assert (await caller.post(BODY, headers))[0] == 202


@pytest.mark.parametrize("drift", [-290, 0, 290])
async def test_five_minutes_of_drift_are_tolerated(caller, drift):
    assert (await caller.post(BODY, signed(BODY, at=time.time() + drift)))[0] == 202


async def test_any_configured_secret_may_sign(tmp_path):
    """And a `whsec_` secret is base64, as the convention writes it."""
    whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    secrets = {"env:OLD": whsec, "env:NEW": SECRET}
    options = Options.model_validate({"secrets": list(secrets)})
    channel = build(
        options, BuildContext(name=NAME, base=tmp_path, var=tmp_path, hostname="x", reveal=secrets.__getitem__)
    )
    intake = FakeIntake()
    async with calling(list(channel.routes(intake))) as caller:
        headers = signed(BODY, message_id="new")
        from_old = signed(BODY, message_id="old") | {
            "webhook-signature": _signature(whsec, "old", headers["webhook-timestamp"])
        }
        assert (await caller.post(BODY, headers))[0] == 202
        assert (await caller.post(BODY, from_old))[0] == 202


def _signature(secret, message_id, timestamp):
    return Webhook(secret).sign(message_id, datetime.fromtimestamp(int(timestamp), UTC), BODY.decode())
