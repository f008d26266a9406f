"""Attacks 48 and 49 for mapped webhooks: every scheme refuses with 401 what it should, and knows a repetition."""

import base64
import hashlib
import hmac
import time

import pytest

from channels.base import BuildContext
from channels.mapped import Options, build
from tests.channels.cases import NAME, SECRET, cases_of
from tests.channels.mapped.transport import MAPPING
from tests.channels.site import FakeIntake, calling

BODY = cases_of("mapped")[0].path.read_bytes()
JSON = {"Content-Type": "application/json"}


def digest(text, algorithm="sha256", secret=SECRET):
    return hmac.digest(secret.encode(), text, algorithm)


def stamped(at=None, body=BODY):
    stamp = str(int(time.time() if at is None else at))
    return {"X-Time": stamp, "X-Sig": "sha256=" + digest(f"{stamp}.".encode() + body).hex()}


HMAC = {"scheme": "hmac", "header": "X-Sig", "prefix": "sha256="}
STAMPED = {**HMAC, "timestamp": "X-Time", "signed": "{timestamp}.{body}"}
BASE64 = {"scheme": "hmac", "header": "X-Sig", "algorithm": "sha1", "encoding": "base64"}
BEARER, TOKEN = {"scheme": "bearer"}, {"scheme": "bearer", "header": "X-Token"}
BASIC = {"scheme": "basic", "username": "chat"}
PAIR = base64.b64encode(f"chat:{SECRET}".encode()).decode()
TAKEN = {
    "hex": (HMAC, {"X-Sig": "sha256=" + digest(BODY).hex()}),
    "hex in capitals": (HMAC, {"X-Sig": "sha256=" + digest(BODY).hex().upper()}),
    "base64": (BASE64, {"X-Sig": base64.b64encode(digest(BODY, "sha1")).decode()}),
    "stamped": (STAMPED, stamped),
    "stamped a while ago": (STAMPED, lambda: stamped(time.time() - 250)),
    "stamped in milliseconds": (STAMPED, lambda: stamped(time.time() * 1000)),
    "bearer": (BEARER, {"Authorization": f"Bearer {SECRET}"}),
    "token": (TOKEN, {"X-Token": SECRET}),
    "basic": (BASIC, {"Authorization": f"Basic {PAIR}"}),
}
REFUSED = {
    "hmac: none": (HMAC, {}),
    "hmac: empty": (HMAC, {"X-Sig": ""}),
    "hmac: prefix alone": (HMAC, {"X-Sig": "sha256="}),
    "hmac: no prefix": (HMAC, {"X-Sig": digest(BODY).hex()}),
    "hmac: another secret": (HMAC, {"X-Sig": "sha256=" + digest(BODY, secret="x" * 20).hex()}),
    "hmac: another body": (HMAC, {"X-Sig": "sha256=" + digest(BODY + b" ").hex()}),
    "hmac: cut": (HMAC, {"X-Sig": "sha256=" + digest(BODY).hex()[:-1]}),
    "hmac: another algorithm": (HMAC, {"X-Sig": "sha256=" + digest(BODY, "sha1").hex()}),
    "hmac: non-ASCII": (HMAC, {"X-Sig": "sha256=çãé"}),
    "stamped: no time": (STAMPED, {"X-Sig": stamped()["X-Sig"]}),
    "stamped: another time": (STAMPED, {**stamped(), "X-Time": str(int(time.time()) + 1)}),
    "stamped: stale": (STAMPED, stamped(time.time() - 400)),
    "stamped: ahead": (STAMPED, stamped(time.time() + 4000)),
    "stamped: no number": (STAMPED, {**stamped(), "X-Time": "１７７２４５２８００"}),
    "stamped: 5,000 digits": (STAMPED, {**stamped(), "X-Time": "9" * 5000}),
    "stamped: body alone signed": (STAMPED, {**stamped(), "X-Sig": "sha256=" + digest(BODY).hex()}),
    "base64: hex": (BASE64, {"X-Sig": digest(BODY, "sha1").hex()}),
    "bearer: none": (BEARER, {}),
    "bearer: wrong": (BEARER, {"Authorization": "Bearer nothing"}),
    "bearer: without its word": (BEARER, {"Authorization": SECRET}),
    "bearer: beginning": (BEARER, {"Authorization": f"Bearer {SECRET[:-1]}"}),
    "token: empty": (TOKEN, {"X-Token": ""}),
    "token: reference": (TOKEN, {"X-Token": "env:SECRET"}),
    "basic: wrong": (BASIC, {"Authorization": "Basic Y2hhdDpub3RoaW5n"}),
    "basic: no base64": (BASIC, {"Authorization": "Basic ###"}),
    "basic: another user": (BASIC, {"Authorization": "Basic " + base64.b64encode(f"x:{SECRET}".encode()).decode()}),
}


def calling_with(proof, tmp_path, intake, **more):
    options = Options.model_validate({"proof": {"secrets": ["env:S"], **proof, **more}, "mapping": MAPPING})
    context = BuildContext(name=NAME, base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    return calling(list(build(options, context).routes(intake)))


@pytest.mark.parametrize(("proof", "headers"), TAKEN.values(), ids=TAKEN)
async def test_what_is_proved_is_taken_once(proof, headers, tmp_path):
    intake, given = FakeIntake(), headers() if callable(headers) else headers
    async with calling_with(proof, tmp_path, intake) as caller:
        first, again = await caller.post(BODY, JSON | given), await caller.post(BODY, JSON | given)

    assert (first[0], again[0]) == (202, 200)
    assert len(intake.accepted) == 1
    assert SECRET not in str(intake.accepted[0].envelope)


@pytest.mark.parametrize(("proof", "headers"), REFUSED.values(), ids=REFUSED)
async def test_what_is_not_proved_is_refused_with_401(proof, headers, tmp_path):
    intake = FakeIntake()
    async with calling_with(proof, tmp_path, intake) as caller:
        status, answer, _ = await caller.post(BODY, JSON | headers)

    assert status == 401
    assert answer["detail"]
    assert SECRET not in answer["detail"]
    assert intake.accepted == []


async def test_a_delivery_id_tells_equal_bodies_apart_and_never_hides_a_changed_one(tmp_path):
    intake, other = FakeIntake(), BODY.replace(b"nota fiscal", b"nota de novo")
    async with calling_with(TOKEN, tmp_path, intake, delivery="X-Delivery") as caller:
        for body, delivery in ((BODY, "a"), (BODY, "a"), (BODY, "b"), (other, "a"), (BODY, "")):
            await caller.post(body, JSON | {"X-Token": SECRET, "X-Delivery": delivery})

    assert len({hashlib.sha256(raw.dedup_key.encode()).digest() for raw in intake.accepted}) == 4
