"""What providers tell about our messages: kept whatever comes first, and acted upon once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.afterwards import DeliveryReceipt, Progress
from store import desk as units
from store import outbox, queries, receipts, schema
from tests.store.filings import NOW, PERIOD, acknowledgement, chat, filing

LATER = NOW + timedelta(minutes=1)
WAY = "106540352242922/5511912345678"


@pytest.fixture
async def sent(desk):
    """One acknowledgement, taken by the provider as wamid.1."""
    answer = acknowledgement(1, channel="chat", to=WAY, message_id=None)
    await desk.write(lambda c: units.file(c, [filing(1, chat(), answer=answer)], NOW, PERIOD))
    await claim(desk)
    await finish(desk, "wamid.1")
    return desk


async def claim(desk, now=NOW):
    return await desk.write(lambda c: outbox.claim(c, 10, now, busy={}, per_destination=10))


async def finish(desk, remote_id):
    row = await desk.read(lambda c: c.execute(select(schema.outbox.c.id)).scalar_one())
    await desk.write(lambda c: outbox.finish(c, [outbox.sent(row, remote_id, NOW)]))


def receipt(progress, remote_id="wamid.1", **fields):
    return DeliveryReceipt(channel="chat", remote_id=remote_id, progress=progress, at=LATER, **fields)


FAILED = receipt(Progress.FAILED, code="131026", reason="Message undeliverable")


async def note(desk, *told):
    await desk.write(lambda c: receipts.note(c, told, LATER))


async def shown(desk):
    document = await desk.read(lambda c: queries.ticket(c, 1))
    return document["acknowledgements"][0], [event["what"] for event in document["history"]]


@pytest.mark.parametrize("order", [(1, 3, 4), (4, 3, 1), (3, 4, 3, 1)])
async def test_the_furthest_step_is_shown_whatever_comes_first(sent, order):
    for step in order:
        await note(sent, receipt(Progress(step)))

    answer, _ = await shown(sent)
    assert (answer["state"], answer["delivery"]["state"]) == ("sent", "read")


async def test_a_failure_is_shown_with_code_and_title(sent):
    await note(sent, FAILED)
    await note(sent, FAILED)

    answer, events = await shown(sent)
    assert (answer["state"], answer["reason"]) == ("failed", "131026 Message undeliverable")
    assert answer["delivery"]["code"] == "131026"
    assert events.count("bounced") == 1


async def test_what_another_try_may_help_is_tried_again(sent):
    await note(sent, receipt(Progress.FAILED, code="131000", reason="Something went wrong", again=timedelta(minutes=5)))

    assert await claim(sent, LATER) == []
    [message] = await claim(sent, LATER + timedelta(minutes=5))
    assert (message.attempts, message.refused) == (2, "131000 Something went wrong")


async def test_trying_again_ends(sent):
    await sent.write(lambda c: c.execute(update(schema.outbox).values(attempts=receipts.MOST_TRIES)))
    await note(sent, receipt(Progress.FAILED, code="131000", again=timedelta(0)))

    assert (await shown(sent))[0]["state"] == "failed"


async def test_a_failure_that_is_told_before_we_noted_the_id_counts(desk):
    answer = acknowledgement(1, channel="chat", to=WAY, message_id=None)
    await desk.write(lambda c: units.file(c, [filing(1, chat(), answer=answer)], NOW, PERIOD))
    await claim(desk)
    await note(desk, FAILED)
    assert (await shown(desk))[0]["state"] == "sending"

    await finish(desk, "wamid.1")

    assert (await shown(desk))[0]["state"] == "failed"


async def test_arrival_on_another_device_overrules_a_failure(sent):
    await note(sent, FAILED)
    await note(sent, receipt(Progress.DELIVERED))

    answer, _ = await shown(sent)
    assert (answer["state"], answer["reason"], answer["delivery"]["state"]) == ("sent", None, "delivered")


async def test_everything_until_a_moment_is_read(sent):
    """Messenger tells a watermark instead of ids."""
    await note(sent, receipt(Progress.READ, remote_id=None, recipient=WAY))

    assert (await shown(sent))[0]["delivery"]["state"] == "read"


async def test_a_watermark_before_the_message_says_nothing_of_it(sent):
    early = DeliveryReceipt(
        channel="chat", remote_id=None, recipient=WAY, progress=Progress.READ, at=NOW - timedelta(minutes=1)
    )
    await note(sent, early)

    assert "delivery" not in (await shown(sent))[0]


async def test_the_id_of_another_channel_is_another_message(sent):
    other = DeliveryReceipt(channel="other", remote_id="wamid.1", progress=Progress.FAILED, at=LATER)
    await note(sent, other)

    answer, _ = await shown(sent)
    assert answer["state"] == "sent"
    assert "delivery" not in answer


async def test_a_sender_learns_when_the_customer_last_wrote(sent):
    await sent.write(lambda c: c.execute(update(schema.outbox).values(state="pending")))

    [message] = await claim(sent)

    assert message.heard_at == NOW - timedelta(minutes=1)
