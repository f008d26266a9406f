"""Attack 50 for the in-app API: what is no message, is broken, too large, compressed, or a form full of traps."""

import json
import random

from tests.channels.app.test_door import GOOD, PORTAL, api_in
from tests.security.test_50_webhook_bodies import MALFORMED

FORM = {"Content-Type": "multipart/form-data; boundary=b"}


def part(head, content=b"x"):
    return b"--b\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


MESSAGE = part(b'Content-Disposition: form-data; name="message"', json.dumps(GOOD).encode())
END = b"--b--\r\n"
TRAPS = {
    "no boundary": (MESSAGE + END, {"Content-Type": "multipart/form-data"}, {400, 415}),
    "no end": (MESSAGE[:-40], FORM, {400, 422}),
    "no parts": (END, FORM, {400, 422}),
    "nothing": (b"", FORM, {400, 422}),
    "a part without a name": (part(b"Content-Disposition: form-data") + END, FORM, {400, 422}),
    "10,000 fields": (part(b'Content-Disposition: form-data; name="context.a"') * 10_000 + END, FORM, {400, 413, 422}),
    "200 files": (
        MESSAGE + part(b'Content-Disposition: form-data; name="f"; filename="a"') * 200 + END,
        FORM,
        {400, 413, 422},
    ),
    "a message that is a list": (
        part(b'Content-Disposition: form-data; name="message"', b"[1]") + END,
        FORM,
        {400, 422},
    ),
    "nested deep": (part(b'Content-Disposition: form-data; name="' + b"a." * 500 + b'b"') + END, FORM, {400, 422}),
    "a part in a part": (
        part(b"Content-Type: multipart/mixed; boundary=c", b"--c\r\n\r\nx\r\n--c--") + END,
        FORM,
        {400, 422},
    ),
}


async def alive(api):
    taken = len(api.intake.accepted)
    assert (await api.post(GOOD, PORTAL))[0] == 202
    assert len(api.intake.accepted) == taken + 1


async def test_malformed_json_is_refused_in_words_and_the_door_stays_open(tmp_path):
    async with api_in(tmp_path) as api:
        for name, body in MALFORMED.items():
            status, answer, _ = await api.post(body, PORTAL)
            assert (name, status) == (name, 400)
            assert answer["detail"]
        assert api.intake.accepted == []
        await alive(api)


async def test_forms_full_of_traps_are_refused_in_words(tmp_path):
    async with api_in(tmp_path) as api:
        for name, (body, kind, statuses) in TRAPS.items():
            status, answer, _ = await api.post(body, {**PORTAL, **kind})
            assert status in statuses, name
            assert answer["detail"], name
        assert api.intake.accepted == []
        await alive(api)


async def test_damaged_forms_never_break_the_door(tmp_path):
    chance = random.Random(50)
    good = MESSAGE + part(b'Content-Disposition: form-data; name="f"; filename="a.png"', b"\x89PNG") + END
    async with api_in(tmp_path) as api:
        for _ in range(60):
            body = bytearray(good)
            for _ in range(chance.randrange(1, 6)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            status, _, _ = await api.post(bytes(body[: chance.randrange(1, len(body) + 1)]), {**PORTAL, **FORM})
            assert status < 500
        await alive(api)


async def test_what_is_too_large_or_packed_is_refused(tmp_path):
    async with api_in(tmp_path) as api:
        assert (await api.post(b'{"text": "' + b"x" * 200_001 + b'"}', PORTAL))[0] == 413
        for packed in ("gzip", "deflate", "br"):
            assert (await api.post(GOOD, {**PORTAL, "Content-Encoding": packed}))[0] == 415
        assert (await api.post(GOOD, {**PORTAL, "Content-Type": "text/xml"}))[0] == 415
        await alive(api)
