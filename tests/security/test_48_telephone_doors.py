"""Attack 48 for telephone systems: password, token and Twilio's signature, none, wrong, cut, of another address."""

import base64
from urllib.parse import urlencode

import pytest

from tests.channels.cases import SECRET
from tests.channels.voice.test_door import (
    BASIC,
    BEARER,
    FORM,
    FORM_TYPE,
    TWILIO,
    URL,
    authorization,
    post,
    twilio_signature,
)

CALL = b'{"event": "missed", "call_id": "c-1", "from": "+5511912345678", "to": "1"}'
JSON = {"Content-Type": "application/json"}
RAW = base64.b64encode(f"pabx:{SECRET}".encode()).decode()
REFUSED = {
    "basic: none": (BASIC, JSON),
    "basic: another user": (BASIC, {**JSON, **authorization("root", SECRET)}),
    "basic: another password": (BASIC, {**JSON, **authorization("pabx", "another")}),
    "basic: no password": (BASIC, {**JSON, **authorization("pabx", "")}),
    "basic: cut": (BASIC, {**JSON, "Authorization": f"Basic {RAW[:-2]}"}),
    "basic: no base64": (BASIC, {**JSON, "Authorization": "Basic çãé!"}),
    "basic: the token's way": (BASIC, {**JSON, "Authorization": f"Bearer {SECRET}"}),
    "bearer: none": (BEARER, JSON),
    "bearer: empty": (BEARER, {**JSON, "Authorization": "Bearer "}),
    "bearer: longer": (BEARER, {**JSON, "Authorization": f"Bearer {SECRET}x"}),
    "bearer: non-ASCII": (BEARER, {**JSON, "Authorization": "Bearer çãé"}),
    "twilio: none": (TWILIO, JSON),
}


@pytest.mark.parametrize(("options", "headers"), REFUSED.values(), ids=REFUSED)
async def test_what_is_not_proved_is_refused_with_401(options, headers):
    statuses, intake = await post(CALL, headers, **options)

    assert statuses == [401, 401]
    assert intake.accepted == []


SIGNATURES = {
    "none": {},
    "empty": {"X-Twilio-Signature": ""},
    "another token": {"X-Twilio-Signature": twilio_signature(token="another secret of sufficient length")},
    "another address": {"X-Twilio-Signature": twilio_signature(URL.replace("pabx=1", "pabx=2"))},
    "another form": {"X-Twilio-Signature": twilio_signature(fields={**FORM, "From": "+5511900000000"})},
    "cut": {"X-Twilio-Signature": twilio_signature()[:-2]},
    "non-ASCII": {"X-Twilio-Signature": "çãé"},
}


@pytest.mark.parametrize("headers", SIGNATURES.values(), ids=SIGNATURES)
async def test_a_form_that_twilio_did_not_sign_so_is_refused(headers):
    statuses, intake = await post(urlencode(FORM).encode(), {**FORM_TYPE, **headers}, **TWILIO)

    assert statuses == [401, 401]
    assert intake.accepted == []
