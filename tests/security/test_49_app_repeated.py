"""Attack 49 for the in-app API: the same id again, with a new stamp, by another application, with another body."""

import json
import time

from channels.app.decode import decode
from tests.channels.app.test_door import GOOD, LOJA, PORTAL, SECRETS, api_in
from tests.channels.site import signed

BODY = json.dumps(GOOD).encode()
SIGN = SECRETS["env:SIGN"]


async def test_a_known_id_is_answered_2xx_and_kept_once_whatever_its_stamp(tmp_path):
    async with api_in(tmp_path) as api:
        stamps = (time.time() - 200, time.time() - 100, time.time())
        answers = [await api.post(BODY, signed(BODY, at=at, secret=SIGN)) for at in stamps]

        assert [status for status, _, _ in answers] == [202, 200, 200]
        assert len({answer["receipt"] for _, answer, _ in answers}) == 1
        assert len(api.intake.accepted) == 1


async def test_the_key_of_a_try_makes_many_tries_one_message(tmp_path):
    async with api_in(tmp_path) as api:
        answers = [await api.post(BODY, {**PORTAL, "Idempotency-Key": "k-1"}) for _ in range(3)]

        assert [status for status, _, _ in answers] == [202, 200, 200]
        assert len(api.intake.accepted) == 1


async def test_what_was_caught_is_no_second_message_under_another_key(tmp_path):
    """The signature covers `webhook-id`, not `Idempotency-Key`; a retry has a new id and its old key."""
    async with api_in(tmp_path) as api:
        caught, retry = signed(BODY, secret=SIGN), signed(BODY, "msg_2", secret=SIGN)
        tries = [{**caught, "Idempotency-Key": "k-1"}, {**caught, "Idempotency-Key": "k-2"}, caught,
                 {**retry, "Idempotency-Key": "k-1"}]  # fmt: skip
        answers = [await api.post(BODY, headers) for headers in tries]
        assert max(status for status, _, _ in answers) == 202
        assert len({one.identity for raw in api.intake.accepted for one in decode(raw, {})}) == 1

        await api.post(BODY, signed(BODY, "msg_3", secret=SIGN))
        assert len({one.identity for raw in api.intake.accepted for one in decode(raw, {})}) == 2


async def test_a_reused_id_swallows_no_other_message(tmp_path):
    """Another body under it is told, another application has ids of its own, and a receipt of hers is nobody else's."""
    async with api_in(tmp_path) as api:
        other = {**GOOD, "text": "Outra coisa"}
        _, first, _ = await api.post(BODY, {**PORTAL, "Idempotency-Key": "k-1"})
        assert (await api.post(other, {**PORTAL, "Idempotency-Key": "k-1"}))[0] == 422
        assert (await api.post(BODY, {**LOJA, "Idempotency-Key": "k-1"}))[0] == 202
        assert (await api.ask("GET", f"/v1/messages/{first['receipt']}", headers=LOJA))[0] == 404
        assert len(api.intake.accepted) == 2
