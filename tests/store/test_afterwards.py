"""Messages that are taken back, and people whose address changes: one contact keeps its tickets."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.afterwards import AddressChange, Retraction
from domain.interaction import Attachment, Party
from store import desk as units
from store import queries, replying, schema
from store.afterwards import TAKEN_BACK, follow_changes, note_afterwards, way_now
from tests.store.filings import NOW, PERIOD, chat, filing

OLD, NEW = "+5511912345678", "+5521998765432"
LATER = NOW + timedelta(minutes=1)
CHANGE = AddressChange(
    channel="chat", old=OLD, new=NEW, old_way="1/5511912345678", new_way="1/5521998765432",
    talks=(("1/5511912345678", "1/5521998765432"),), at=LATER,
)  # fmt: skip


def message(identity="c1", number=OLD, **fields):
    way = f"1/{number[1:]}"
    return chat(identity, key=way, sender=Party(address=number, name="Ana"), reply_to=(way,), **fields)


async def filed(desk, *filings):
    await desk.write(lambda c: units.file(c, filings, NOW, PERIOD))


async def ticket(desk, number=1):
    return await desk.read(lambda c: queries.ticket(c, number))


@pytest.fixture
async def moved(desk):
    await filed(desk, filing(1, message()))
    await desk.write(lambda c: follow_changes(c, [CHANGE], LATER))
    return desk


async def test_a_changed_number_keeps_contact_and_conversation(moved):
    document = await ticket(moved)

    assert document["contact"] == {"name": "Ana", "addresses": [NEW]}
    assert [(event["from"], event["to"]) for event in document["history"] if event["what"] == "address"] == [(OLD, NEW)]
    talks = await moved.read(lambda c: [tuple(row) for row in c.execute(select(schema.conversations))])
    assert talks == [("chat", "1/5521998765432", 1)]


async def test_answers_go_to_the_new_number(moved):
    answered = await moved.read(lambda c: replying.answered(c, 1))

    assert answered.reply_to == ("1/5521998765432",)


async def test_who_gets_the_old_number_later_is_somebody_else(moved):
    """Operators give numbers out again: neither ticket nor answers of the former owner are his."""
    later = LATER + timedelta(days=90)
    assert await moved.read(lambda c: way_now(c, "chat", "1/5511912345678", later)) == "1/5511912345678"
    await filed(moved, filing(2, message("c2")))

    assert (await ticket(moved, 2))["contact"]["addresses"] == [OLD]
    assert (await ticket(moved, 1))["contact"]["addresses"] == [NEW]


async def test_the_same_change_told_twice_is_one(moved):
    await moved.write(lambda c: follow_changes(c, [CHANGE], LATER))

    assert [event["what"] for event in (await ticket(moved))["history"]].count("address") == 1


async def test_two_people_who_both_wrote_are_not_merged(desk):
    await filed(desk, filing(1, message()), filing(2, message("c2", NEW)))
    await desk.write(lambda c: follow_changes(c, [CHANGE], LATER))

    assert (await ticket(desk, 1))["contact"]["addresses"] == [OLD]
    assert (await ticket(desk, 2))["contact"]["addresses"] == [NEW]


async def test_a_change_of_somebody_unknown_is_only_remembered(desk):
    await desk.write(lambda c: follow_changes(c, [CHANGE], LATER))

    assert await desk.read(lambda c: way_now(c, "chat", "1/5511912345678", NOW)) == "1/5521998765432"


async def test_what_was_taken_back_is_no_longer_shown(desk):
    file = Attachment(name="a.jpg", content_type="image/jpeg", content=b"x")
    await filed(desk, filing(1, message(attachments=(file,), text="segredo", text_full="segredo inteiro")))
    told = [Retraction(channel="chat", identity="c1", at=LATER)] * 2
    await desk.write(lambda c: note_afterwards(c, told, LATER))

    document = await ticket(desk)
    assert document["messages"][0]["text"] == TAKEN_BACK
    assert document["messages"][0]["attachments"] == []
    assert [event["what"] for event in document["history"]].count("taken_back") == 1


@pytest.mark.parametrize("told", [Retraction(channel="other", identity="c1", at=LATER),
                                  Retraction(channel="chat", identity="unknown", at=LATER)])  # fmt: skip
async def test_only_a_known_message_of_the_channel_can_be_taken_back(desk, told):
    await filed(desk, filing(1, message()))
    await desk.write(lambda c: note_afterwards(c, [told], LATER))

    assert (await ticket(desk))["messages"][0]["text"] != TAKEN_BACK
