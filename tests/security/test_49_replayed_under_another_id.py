"""Attack 49 with what was caught: a signed request comes again under an id that its signature does not cover.

What is signed decides (docs/adr/0024); whoever means to say the same twice is heard twice wherever that can be told.
"""

import base64
import hashlib
import hmac
import time
from urllib.parse import quote

import pytest

from channels.base import BuildContext
from channels.mapped import Options, build
from channels.mapped.decode import decode
from channels.voice.door import twilio
from domain.units import BadValue
from tests.channels.cases import NAME, SECRET
from tests.channels.site import FakeIntake, calling

JSON = {"Content-Type": "application/json"}
BODY = b'{"sender": {"id": 7}, "content": "oi"}'
WITH_ID = b'{"sender": {"id": 7}, "content": "oi", "id": 99}'
PLAIN = {"sender": "sender.id", "text": "content"}
SCHEME = {"scheme": "hmac", "secrets": ["env:S"], "header": "X-Sig", "delivery": "X-Delivery"}
STAMPED = {**SCHEME, "timestamp": "X-Time", "signed": "{timestamp}.{body}"}
COVERED = {**SCHEME, "timestamp": "X-Time", "signed": "{delivery}.{timestamp}.{body}"}
ID_ALONE = {**SCHEME, "signed": "{delivery}{body}"}
TRUSTED = {**SCHEME, "trust_delivery": True}


def options_of(proof, **mapping):
    return Options.model_validate({"proof": proof, "mapping": {**PLAIN, **mapping}})


def request(proof, delivery, ago=0, body=BODY):
    """Headers as an honest sender makes them."""
    stamp = str(int(time.time()) - ago)
    said = proof.get("signed", "{body}").removesuffix("{body}")
    signed = said.replace("{timestamp}", stamp).replace("{delivery}", delivery).encode() + body
    times = {"X-Time": stamp} if "timestamp" in proof else {}
    return {**JSON, **times, "X-Delivery": delivery, "X-Sig": hmac.digest(SECRET.encode(), signed, "sha256").hex()}


async def posted(proof, tmp_path, *requests, body=BODY):
    """Statuses, and how many messages it comes to."""
    options, intake = options_of(proof, **({"message_id": "id"} if body is WITH_ID else {})), FakeIntake()
    context = BuildContext(name=NAME, base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    async with calling(list(build(options, context).routes(intake))) as caller:
        statuses = [(await caller.post(body, headers))[0] for headers in requests]
    found = {one.identity for raw in intake.accepted for one in decode(raw, options)}
    return statuses, len(found)


@pytest.mark.parametrize("proof", [SCHEME, STAMPED, TRUSTED], ids=["body alone", "stamped", "trusted"])
async def test_with_an_id_in_the_body_it_is_one_message_whatever_is_signed(proof, tmp_path):
    caught = request(proof, "a", body=WITH_ID)
    statuses, messages = await posted(proof, tmp_path, caught, caught | {"X-Delivery": "b"}, body=WITH_ID)
    assert max(statuses) < 300
    assert messages == 1


@pytest.mark.parametrize("proof", [SCHEME, STAMPED], ids=["body alone", "stamped"])
@pytest.mark.parametrize("other", ["b", "", "a ", "ç"])
async def test_what_was_caught_is_no_second_message_under_another_id(proof, other, tmp_path):
    caught = request(proof, "a")
    statuses, messages = await posted(proof, tmp_path, caught, caught | {"X-Delivery": other}, caught)
    assert max(statuses) < 300, "who repeats honestly must hear a yes"
    assert messages == 1


@pytest.mark.parametrize("proof", [COVERED, ID_ALONE], ids=["with a time", "alone"])
async def test_an_id_that_is_signed_cannot_be_changed(proof, tmp_path):
    caught = request(proof, "a")
    statuses, messages = await posted(proof, tmp_path, caught, caught | {"X-Delivery": "b"}, caught)
    assert statuses == [202, 401, 200]
    assert messages == 1
    for missing in ("", "x" * 201):
        assert (await posted(proof, tmp_path, request(proof, missing)))[0] == [401]


@pytest.mark.parametrize(
    "proof", [STAMPED, COVERED, ID_ALONE, TRUSTED], ids=["stamped", "covered", "id alone", "trusted"]
)
async def test_who_says_the_same_twice_is_heard_twice(proof, tmp_path):
    twice = request(proof, "a", ago=3), request(proof, "b")
    assert await posted(proof, tmp_path, *twice) == ([202, 202], 2)


@pytest.mark.parametrize("proof", [STAMPED, COVERED], ids=["stamped", "covered"])
async def test_a_retry_with_a_new_time_is_the_same_message(proof, tmp_path):
    assert await posted(proof, tmp_path, request(proof, "a", ago=60), request(proof, "a")) == ([202, 200], 1)


async def test_without_time_and_trust_two_equal_bodies_are_one(tmp_path):
    """The documented price; `trust_delivery` buys it off."""
    assert await posted(SCHEME, tmp_path, request(SCHEME, "a"), request(SCHEME, "b")) == ([202, 200], 1)


@pytest.mark.parametrize(
    "proof",
    [
        {**SCHEME, "signed": "{delivery}.{body}", "delivery": None},
        {**STAMPED, "trust_delivery": True},
        {**ID_ALONE, "trust_delivery": True},
        {**SCHEME, "delivery": None, "trust_delivery": True},
        {"scheme": "bearer", "secrets": ["env:S"], "delivery": "X-Delivery", "trust_delivery": True},
        {**SCHEME, "signed": "{delivery}{delivery}{body}"},
    ],
)
def test_settings_that_do_nothing_are_told(proof):
    with pytest.raises(ValueError, match=r"delivery|signed") as told:
        options_of(proof)
    assert isinstance(told.value.errors()[0]["ctx"]["error"], BadValue)


def test_trust_is_told_at_every_start(tmp_path):
    context = BuildContext(name=NAME, base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    (weakness,) = build(options_of(TRUSTED), context).weaknesses
    assert "trust_delivery" in weakness
    assert build(options_of(STAMPED), context).weaknesses == ()


def test_twilio_is_known_by_what_it_signs_in_any_order_under_any_token():
    url, fields = "https://x.example/hooks/fone", {"CallSid": "CA1", "CallStatus": "no-answer", "From": "+5511"}
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(b"token", signed.encode(), "sha1")).decode()
    prove = twilio("token", url)
    keys = {
        prove({"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": token}, form.encode(), 0.0).key
        for token in ("a", "b", "")
        for form in (_form(fields, sorted(fields)), _form(fields, sorted(fields, reverse=True)))
    }
    assert keys == {hashlib.sha256("".join(f"{name}{fields[name]}" for name in sorted(fields)).encode()).hexdigest()}


def _form(fields, names):
    return "&".join(f"{name}={quote(fields[name])}" for name in names)
