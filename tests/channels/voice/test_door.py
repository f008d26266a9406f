"""What proves a telephone system, and which bodies are taken."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from channels.base import BuildContext
from channels.voice import Options, build
from tests.channels.cases import NAME, SECRET
from tests.channels.site import FakeIntake, calling

URL = "https://balcao.exemplo.com/hooks/telefone?pabx=1"
FORM = {
    "CallSid": "CA1",
    "CallStatus": "no-answer",
    "From": "+5511912345678",
    "To": "+551140001000",
    "Direction": "inbound",
}
XML = b"<cdr><variables><uuid>x</uuid></variables></cdr>"
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


async def post(body, headers, **options):
    context = BuildContext(name=NAME, base=None, var=None, hostname="h", reveal=lambda _reference: SECRET)
    intake = FakeIntake()
    channel = build(Options.model_validate(options), context)
    async with calling(list(channel.routes(intake))) as caller:
        statuses = [(await caller.post(body, headers))[0] for _ in range(2)]
    return statuses, intake


def twilio_signature(url=URL, fields=None, token=SECRET):
    """As Twilio's documentation builds it: the URL, then names and values in the order of names."""
    told = url + "".join(f"{name}{value}" for name, value in sorted((fields or FORM).items()))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def authorization(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


TWILIO = {"twilio": {"account": "AC1", "token": "env:T", "public_url": URL}}
BASIC = {"basic": {"user": "pabx", "password": "env:P"}}
BEARER = {"bearer": "env:T"}


@pytest.mark.parametrize("url", [URL, URL.replace(".com/", ".com:443/")])
async def test_twilio_signs_the_public_url_whatever_stands_between(url):
    headers = {**FORM_TYPE, "X-Twilio-Signature": twilio_signature(url)}
    statuses, intake = await post(urlencode(FORM).encode(), headers, **TWILIO)

    assert statuses == [202, 200]
    assert len(intake.accepted) == 1


@pytest.mark.parametrize(
    "signature",
    ["", "x", twilio_signature(token="another token"), twilio_signature("http://127.0.0.1/hooks/canal"),
     twilio_signature(fields={**FORM, "From": "+5511900000000"}), "\u00e9"],
)  # fmt: skip
async def test_a_form_that_twilio_did_not_sign_is_refused(signature):
    statuses, intake = await post(urlencode(FORM).encode(), {**FORM_TYPE, "X-Twilio-Signature": signature}, **TWILIO)

    assert statuses == [401, 401]
    assert intake.accepted == []


@pytest.mark.parametrize(
    ("headers", "options", "status"),
    [
        (authorization("pabx", SECRET), BASIC, 202),
        (authorization("pabx", "x"), BASIC, 401),
        (authorization("other", SECRET), BASIC, 401),
        ({"Authorization": "Basic \u00e9"}, BASIC, 401),
        ({}, BASIC, 401),
        ({"Authorization": f"Bearer {SECRET}"}, BEARER, 202),
        ({"Authorization": f"Bearer {SECRET} "}, BEARER, 202),
        ({"Authorization": "Bearer x"}, BEARER, 401),
        ({"Authorization": f"Bearer {SECRET}"}, BASIC, 401),
        (authorization("pabx", SECRET), {**BEARER, **BASIC}, 202),
    ],
)
async def test_password_and_token(headers, options, status):
    statuses, _ = await post(XML, {"Content-Type": "text/xml", **headers}, **options)

    assert statuses[0] == status


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("text/xml", XML, 202),
        ("application/x-www-form-urlencoded", b"cdr=%3Ccdr%3E", 202),
        ("text/csv", b'"a","b"', 202),
        ("application/json", b"[{}]", 202),
        ("application/json", b"{", 400),
        ("application/x-www-form-urlencoded", b"", 400),
        ("image/png", XML, 415),
        ("multipart/form-data; boundary=x", XML, 415),
    ],
)
async def test_bodies_of_telephone_systems_are_taken(media, body, status):
    statuses, _ = await post(body, {"Content-Type": media, **authorization("pabx", SECRET)}, **BASIC)

    assert statuses[0] == status


async def test_compressed_bodies_are_not_taken():
    headers = {"Content-Type": "text/xml", "Content-Encoding": "x-unknown", **authorization("pabx", SECRET)}
    assert (await post(XML, headers, **BASIC))[0][0] == 415


def test_a_channel_that_hears_of_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="say how calls are heard of"):
        Options.model_validate({})
