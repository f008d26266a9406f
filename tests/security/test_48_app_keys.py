"""Attack 48 for the in-app API: none, wrong, empty, cut, non-ASCII keys and signatures; body or id changed."""

import asyncio
import json
import time

import pytest

from tests.channels.app.test_door import GOOD, ORIGIN, PORTAL, SECRETS, api_in
from tests.channels.site import signed
from tests.patience import PATIENCE

BODY = json.dumps(GOOD).encode()
KEY, SIGN = SECRETS["env:PORTAL"], SECRETS["env:SIGN"]
JSON = {"Content-Type": "application/json"}
STAMPED = signed(BODY, secret=SIGN)
UNPROVED = {
    "nothing": JSON,
    "empty": {**JSON, "Authorization": ""},
    "only the word": {**JSON, "Authorization": "Bearer "},
    "cut": {**JSON, "Authorization": f"Bearer {KEY[:-1]}"},
    "longer": {**JSON, "Authorization": f"Bearer {KEY}x"},
    "upper case": {**JSON, "Authorization": f"Bearer {KEY.upper()}"},
    "another scheme": {**JSON, "Authorization": f"Basic {KEY}"},
    "non-ASCII": {**JSON, "Authorization": "Bearer çãé"},
    "the signing secret as a key": {**JSON, "Authorization": f"Bearer {SIGN}"},
    "the reply's secret": {**JSON, "Authorization": f"Bearer {SECRETS['env:REPLY']}"},
    "in another header": {**JSON, "X-Api-Key": KEY},
    "another secret": signed(BODY, secret="another secret of sufficient length"),
    "another body": signed(BODY + b" ", secret=SIGN),
    "another id": {**STAMPED, "webhook-id": "msg_2"},
    "stale": signed(BODY, at=time.time() - 301, secret=SIGN),
    "ahead": signed(BODY, at=time.time() + 3600, secret=SIGN),
    "empty signature": {**STAMPED, "webhook-signature": ""},
    "a bad signature beside a good key": {**PORTAL, **STAMPED, "webhook-signature": "v1,AAAA"},
}


async def test_what_is_not_proved_is_refused_with_401_and_told_no_secret(tmp_path):
    async with api_in(tmp_path) as api:
        for name, headers in UNPROVED.items():
            status, answer, _ = await api.post(BODY, headers)
            assert (name, status) == (name, 401)
            assert KEY not in json.dumps(answer)
        assert api.intake.accepted == []
        assert (await api.post(BODY, PORTAL))[0] == 202


async def test_the_key_in_the_address_opens_nothing(tmp_path):
    async with api_in(tmp_path) as api:
        path = f"/v1/messages?key={KEY}&access_token={KEY}"
        assert (await api.ask("POST", path, data=BODY, headers=JSON))[0] == 401


@pytest.mark.parametrize("junk", [b"Bearer \xff\xfe", b"\x80" * 100, b"Bearer \xe9\xe3"])
async def test_header_bytes_that_are_no_text_are_refused_with_401(tmp_path, junk):
    async with api_in(tmp_path) as api:
        host, port = api.base.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        writer.write(
            f"{head}Content-Length: {len(BODY)}\r\n".encode()
            + b"Connection: close\r\nAuthorization: "
            + junk
            + b"\r\n\r\n"
            + BODY
        )
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
        writer.close()

    assert answer.split(b" ", 2)[1] == b"401"


async def test_a_page_of_another_origin_may_not_use_the_key_and_none_may_read_the_answer(tmp_path):
    """Attack 54 in small: the key is bound to the origins of its application."""
    async with api_in(tmp_path) as api:
        for origin in ("https://evil.example", "null", f"{ORIGIN}.evil.example", ORIGIN.replace("https", "http")):
            status, _, headers = await api.post(BODY, {**PORTAL, "Origin": origin})
            assert (origin, status) == (origin, 403)
            assert "Access-Control-Allow-Origin" not in headers
        assert api.intake.accepted == []
        assert (await api.post(BODY, {**PORTAL, "Origin": ORIGIN}))[0] == 202
