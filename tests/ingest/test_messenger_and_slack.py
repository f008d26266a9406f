"""Messenger and Slack through the house: messages in, tickets, answers out, and what is told about them afterwards."""

import time

import pytest

from domain.raw import Fate
from tests.channels.slack.workspace import TOKEN
from tests.ingest.provider_house import migrated_in, post, provider_house, reply
from tests.pipeline import fates

PAGE, ANA = "104830000000001", "6543210987654321"
ROOM = "C024BE91L"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    return migrated_in(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
async def house(tmp_path, migrated):
    async with provider_house(tmp_path, migrated) as house:
        yield house


def page(**event):
    now = int(time.time() * 1000)
    whole = {"sender": {"id": ANA}, "recipient": {"id": PAGE}, "timestamp": now, **event}
    return {"object": "page", "entry": [{"id": PAGE, "time": now, "messaging": [whole]}]}


def event(number, text, at, **more):
    message = {"type": "message", "user": "U2147483697", "text": text, "ts": at, "channel": ROOM, **more}
    return {"type": "event_callback", "team_id": "T061EG9R6", "api_app_id": "A0", "event_id": f"Ev{number:06d}",
            "event": message}  # fmt: skip


def stamp(number):
    return f"{int(time.time())}.{number:06d}"


async def test_a_person_on_messenger_is_answered_and_has_read_it(house):
    await post(house, "meta", page(message={"mid": "m_1", "text": "meu boleto venceu"}))
    await house.work()
    await house.dispatch()
    await reply(house, 1, "Segue a segunda via.")
    await house.dispatch()
    await post(house, "meta", page(read={"watermark": int(time.time() * 1000)}))
    assert fates(await house.work()) == [Fate.DONE]

    [ticket] = await house.tickets()
    assert ticket["contact"]["addresses"] == [f"messenger:{ANA}"]
    assert [body["recipient"]["id"] for _, body in house.graph.sent] == [ANA, ANA]
    assert ticket["acknowledgements"][0]["delivery"]["state"] == "read"
    assert ticket["messages"][-1]["sending"]["delivery"]["state"] == "read"


async def test_an_unsent_message_is_no_longer_shown(house):
    await post(house, "meta", page(message={"mid": "m_1", "text": "minha senha é jabuticaba"}))
    await post(house, "meta", page(message={"mid": "m_1", "is_deleted": True}))
    await house.work()

    [ticket] = await house.tickets()
    assert "jabuticaba" not in ticket["messages"][0]["text"]


async def test_a_thread_is_one_ticket_and_is_answered_in_the_thread(house):
    first = stamp(1)
    await post(house, "slack", event(1, "sistema fora do ar", first))
    await post(house, "slack", event(2, "continua", stamp(2), thread_ts=first))
    await post(house, "slack", event(2, "continua", stamp(2), thread_ts=first))
    await post(house, "slack", event(3, "outro assunto", stamp(3)))
    await house.work()
    await house.dispatch()
    await reply(house, 1, "Voltou.")
    await house.dispatch()

    assert [len(ticket["messages"]) for ticket in await house.tickets()] == [3, 1]
    assert {body["thread_ts"] for body in house.slack.posted if body["text"] == "Voltou."} == {first}


async def test_our_own_answer_comes_back_as_an_event_and_is_ignored(house):
    await post(house, "slack", event(1, "oi", stamp(1)))
    await post(house, "slack", event(2, "Recebemos", stamp(2), app_id="A0", bot_id="B0", thread_ts=stamp(1)))

    assert (Fate.IGNORED, "our own message") in [(one.fate, one.reason) for one in await house.work()]


async def test_an_edit_joins_and_a_deletion_takes_back(house):
    first = stamp(1)
    await post(house, "slack", event(1, "senha: jabuticaba", first))
    changed = {**event(1, "senha: ***", first)["event"], "edited": {"ts": stamp(5)}}
    edit = event(2, "", stamp(5), subtype="message_changed", message=changed, previous_message={"text": "x"})
    await post(house, "slack", edit)
    await post(house, "slack", event(3, "", stamp(6), subtype="message_deleted", deleted_ts=first))
    await house.work()

    [ticket] = await house.tickets()
    assert [message["text"] for message in ticket["messages"]][1:] == ["senha: ***"]
    assert "jabuticaba" not in ticket["messages"][0]["text"]


async def test_a_file_of_slack_waits_to_be_fetched(house):
    file = {"id": "F1", "name": "erro.pdf", "mimetype": "application/pdf", "mode": "hosted", "size": 17,
            "url_private": f"{house.slack.base}/files-pri/F1"}  # fmt: skip
    await post(house, "slack", event(1, "olha", stamp(1), subtype="file_share", files=[file]))
    await house.work()

    [ticket] = await house.tickets()
    [message] = ticket["messages"]
    assert "erro.pdf" in str(message)
    assert TOKEN not in str(ticket)
