"""Attacks 49 and 50 for mapped webhooks and telephone systems: repeated and broken bodies, signed all the same."""

import time

import pytest

from channels.signing import SigningKey, sign
from tests.channels.cases import SECRET, build_channel, cases_of
from tests.channels.site import FakeIntake, calling, signed
from tests.security.test_50_webhook_bodies import MALFORMED


@pytest.fixture(params=["mapped", "voice"])
async def door(request, tmp_path):
    intake = FakeIntake()
    async with calling(list(build_channel(request.param, tmp_path).routes(intake))) as caller:
        caller.intake, caller.kind = intake, request.param
        found = (case.path for case in cases_of(request.param) if case.path.suffix == ".json")
        caller.good = next(path for path in found if request.param == "mapped" or path.stem == "missed").read_bytes()
        yield caller


async def test_a_known_id_is_answered_2xx_and_kept_once_whatever_its_stamp(door):
    stamps = (time.time() - 200, time.time() - 200, time.time())
    answers = [await door.post(door.good, signed(door.good, at=at)) for at in stamps]

    assert [answer[0] for answer in answers] == [202, 200, 200]
    assert len({answer[1]["id"] for answer in answers}) == 1
    assert len(door.intake.accepted) == 1


async def test_malformed_json_is_refused_in_words_and_the_door_stays_open(door):
    for number, (name, body) in enumerate(MALFORMED.items()):
        headers = sign(SigningKey.from_text(SECRET), message_id=f"bad-{number}", body=body, now=time.time())
        status, answer, _ = await door.post(body, {**headers, "Content-Type": "application/json"})
        # Telephone systems post lists, CSV and forms, too: what becomes of them is said when they are read.
        assert status == 400 or (door.kind == "voice" and status in {202, 415}), (name, status)
        assert status == 202 or answer["detail"]
    assert (await door.post(door.good, signed(door.good, message_id="after")))[0] == 202
