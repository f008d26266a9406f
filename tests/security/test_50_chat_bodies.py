"""Attack 50 for the web chat: what is posted is taken or refused in words, never with a 5xx, and the door lives on."""

import json

import pytest

from channels.chat.decode import decode
from tests.channels.chat.visiting import visiting

GOOD = {"id": "m-0000001", "text": "oi"}
JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\nm-0000001\r\n'
DEEP = b'{"id": "m-0000001", "text": "oi", "context": ' + b'{"a": ' * 100_000 + b"1" + b"}" * 100_001
BODIES = {
    "empty": (b"", JSON, {400}),
    "cut": (b'{"id": "m-00000', JSON, {400}),
    "list": (b"[]", JSON, {400}),
    "string": (b'"oi"', JSON, {400}),
    "NaN": (b'{"id": "m-0000001", "text": "oi", "context": {"n": NaN}}', JSON, {400}),
    "1e400": (b'{"id": "m-0000001", "text": "oi", "context": {"n": 1e400}}', JSON, {202, 400}),
    "100,000 deep": (DEEP, JSON, {400, 413}),
    "5,000 digits": (b'{"id": "m-0000001", "text": "oi", "context": {"n": ' + b"9" * 5000 + b"}}", JSON, {202, 400}),
    "half a pair": (b'{"id": "m-0000001", "text": "oi \\ud83d"}', JSON, {202}),
    "NUL": (b'{"id": "m-0000001", "text": "oi \\u0000"}', JSON, {202}),
    "not UTF-8": (b'{"id": "m-0000001", "text": "\xff\xfe"}', JSON, {400}),
    "other charset": (json.dumps(GOOD).encode("utf-16"), f"{JSON}; charset=utf-16", {400, 415}),
    "gzip": (b"\x1f\x8b\x08\x00", JSON, {400}),
    "too large": (b" " * 300_000, JSON, {413}),
    "form of nothing": (b"", FORM, {400}),
    "form without end": (b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\nm-0000001', FORM, {400}),
    "form without names": (b"--b\r\n\r\nx\r\n--b--\r\n", FORM, {400}),
    "form of 1,000 parts": (PART * 1000 + b"--b--\r\n", FORM, {400}),
    "form without a boundary": (b"--b--\r\n", "multipart/form-data", {400}),
    "form with an ümlaut for a boundary": (b"--b--\r\n", "multipart/form-data; boundary=\u00fc", {400}),
    "name with a line break": (PART + b'--b\r\nContent-Disposition: form-data; name="files"; filename="a\r\nX: y"'
                               + b"\r\n\r\n1\r\n--b--\r\n", FORM, {202, 400, 422}),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_message_is_answered_in_words(tmp_path, name):
    body, media, expected = BODIES[name]
    async with visiting(tmp_path) as page:
        await page.enter()
        status, given, _ = await page.ask("POST", "/messages", data=body, headers={"Content-Type": media})
        after = await page.say("ainda vivo", "m-0000002")

    assert status in expected
    assert status == 202 or given["detail"]
    assert after[0] == 202
    for raw in page.intake.accepted:
        (interaction,) = decode(raw)
        assert "\x00" not in interaction.text
        assert interaction.text.encode()


@pytest.mark.parametrize("name", [name for name, (_, media, _) in BODIES.items() if media == JSON])
async def test_a_hostile_session_is_answered_in_words(tmp_path, name):
    body, media, _ = BODIES[name]
    async with visiting(tmp_path) as page:
        status, given, _ = await page.ask("POST", "/session", data=body, headers={"Content-Type": media})
        after = await page.enter()

    assert status in {200, 400, 413, 415}
    assert status == 200 or given["detail"]
    assert after["token"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x"])
async def test_bodies_are_never_unpacked(tmp_path, encoding):
    async with visiting(tmp_path) as page:
        await page.enter()
        headers = {"Content-Type": JSON, "Content-Encoding": encoding}
        status, _, _ = await page.ask("POST", "/messages", data=json.dumps(GOOD).encode(), headers=headers)

    assert status == 415


@pytest.mark.parametrize(
    "path", ["/messages/", "/..%2fsession", "/files/a/b", "/files/1", "/session/x", "/%00", "//events"]
)
async def test_other_paths_are_not_there(tmp_path, path):
    async with visiting(tmp_path) as page:
        await page.enter()
        status, _, _ = await page.ask("GET", path)

    assert status == 404
