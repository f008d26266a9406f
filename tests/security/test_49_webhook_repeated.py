"""Attack 49: the same id again, and again with a new stamp. Answered 2xx, one message."""

import json
import time

from domain.raw import RawInteraction
from tests.channels.cases import RECEIVED_AT, build_channel
from tests.channels.site import FakeIntake, calling, signed

BODY = b'{"sender": {"id": "u-1"}, "message_id": "m-1", "text": "Oi"}'


async def test_a_known_id_is_answered_2xx_and_kept_once(tmp_path):
    """Standard Webhooks retries keep the id and take a new timestamp; a refusal would be a failure to the sender."""
    intake = FakeIntake()
    async with calling(list(build_channel("webhook", tmp_path).routes(intake))) as caller:
        first = await caller.post(BODY, signed(BODY, at=time.time() - 200))
        same = await caller.post(BODY, signed(BODY, at=time.time() - 200))
        later = await caller.post(BODY, signed(BODY))

    assert [answer[0] for answer in (first, same, later)] == [202, 200, 200]
    assert [answer[1]["duplicate"] for answer in (first, same, later)] == [False, True, True]
    assert len({answer[1]["id"] for answer in (first, same, later)}) == 1
    assert len(intake.accepted) == 1


def identity(channel, webhook_id, **changes):
    payload = {**json.loads(BODY), **changes}
    raw = RawInteraction(
        channel="canal",
        dedup_key=f"canal:{webhook_id}",
        received_at=RECEIVED_AT,
        payload=json.dumps(payload).encode(),
    )
    return channel.decode(raw)[0].identity


def test_the_same_message_under_another_webhook_id_is_the_same_message(tmp_path):
    """A system that lost our answer for good may wrap its message anew."""
    channel = build_channel("webhook", tmp_path)

    assert identity(channel, "a") == identity(channel, "b")


def test_no_message_swallows_another(tmp_path):
    """A reused message id with other words, another sender or another conversation is another message."""
    channel = build_channel("webhook", tmp_path)
    changes = ({}, {"text": "Outra"}, {"sender": {"id": "u-2"}}, {"conversation": "c"}, {"subject": "s"})

    assert len({identity(channel, "a", **change) for change in changes}) == len(changes)


def test_without_a_message_id_the_webhook_id_counts(tmp_path):
    channel = build_channel("webhook", tmp_path)

    assert identity(channel, "a", message_id=None) == identity(channel, "a", message_id=None)
    assert identity(channel, "a", message_id=None) != identity(channel, "b", message_id=None)
