"""Files that lie elsewhere: stored with their message, claimed, attached once, tried again when a person says so."""

import asyncio
from datetime import timedelta

import pytest

from domain.interaction import Attachment
from domain.remote import FileState, RemoteFile
from store import desk as units
from store import queries, remote_files
from store.moments import to_micros
from tests.store.filings import NOW, PERIOD, chat, filing

LATER = NOW + timedelta(minutes=5)
PHOTO = RemoteFile(reference="file-1", name="foto.jpg", content_type="image/jpeg", size=7, original_name="fo\0to.jpg")
VOICE = RemoteFile(reference="file-2", name="voz.ogg", inline=True)
NOTE = Attachment(name="nota.txt", content_type="text/plain", content=b"nota")
CONTENT = Attachment(name="foto.jpg", content_type="image/jpeg", content=b"content", original_name="foto.jpg")


@pytest.fixture
async def filed(desk):
    """One message with one attachment of its own and two files that lie elsewhere."""
    message = chat("a", attachments=(NOTE,), remote_files=(PHOTO, VOICE))
    await desk.write(lambda connection: units.file(connection, [filing(1, message)], NOW, PERIOD))
    return desk


def claim(database, limit=10, now=NOW):
    return database.write(lambda connection: remote_files.claim(connection, limit, now))


def document(database):
    return database.read(lambda connection: queries.ticket(connection, 1))


def states(database):
    return database.read(remote_files.counts)


async def test_an_order_is_the_file_as_it_was_told(filed):
    [photo, voice] = await claim(filed)
    assert (photo.channel, photo.ticket, photo.position, photo.attempts) == ("chat", 1, 1, 1)
    assert photo.file.reference == "file-1"
    assert photo.file.original_name == "foto.jpg"
    assert (voice.position, voice.file.inline, voice.file.size) == (2, True, None)


async def test_a_claimed_file_is_nobody_elses(filed):
    claims = await asyncio.gather(*(claim(filed, 1) for _ in range(4)))
    assert sorted(order.position for claimed in claims for order in claimed) == [1, 2]
    assert (await states(filed))[FileState.FETCHING] == 2
    open_ones = await filed.read(lambda connection: remote_files.counts(connection, over=False))
    assert open_ones == {FileState.WAITING: 0, FileState.FETCHING: 2, FileState.FAILED: 0}


async def test_a_fetched_file_is_an_attachment_of_its_message_and_in_the_history(filed):
    [order] = await claim(filed, 1)
    assert await filed.write(lambda connection: remote_files.attach(connection, order, CONTENT, LATER))

    ticket = await document(filed)
    [message] = ticket["messages"]
    assert [file["name"] for file in message["attachments"]] == ["nota.txt", "foto.jpg"]
    assert message["attachments"][1]["sha256"] == CONTENT.sha256
    assert [(file["name"], file["state"]) for file in message["remote_files"]] == [("voz.ogg", "waiting")]
    assert [(event["what"], event["to"]) for event in ticket["history"]][-1] == ("attached", "foto.jpg")


async def test_a_file_is_attached_once(filed):
    [order] = await claim(filed, 1)
    for _ in range(2):
        await filed.write(lambda connection: remote_files.attach(connection, order, CONTENT, LATER))

    [message] = (await document(filed))["messages"]
    assert len(message["attachments"]) == 2


async def test_a_postponed_file_waits_until_its_time(filed):
    [order, _] = await claim(filed)
    await filed.write(lambda connection: remote_files.postpone(connection, order, "away", LATER))

    assert await claim(filed, now=LATER - timedelta(seconds=1)) == []
    [again] = await claim(filed, now=LATER)
    assert (again.id, again.attempts) == (order.id, 2)


async def test_a_failure_is_shown_on_the_ticket_until_a_person_has_it_tried_again(filed):
    [order, _] = await claim(filed)
    await filed.write(lambda connection: remote_files.give_up(connection, order, "404\0", LATER))

    ticket = await document(filed)
    [failed, _] = ticket["messages"][0]["remote_files"]
    assert (failed["state"], failed["attempts"]) == ("failed", 1)
    assert failed["reason"].startswith("404")
    assert ticket["history"][-1]["what"] == "not_attached"

    assert await filed.write(lambda connection: remote_files.retry(connection, 1, "maria", LATER)) == ["foto.jpg"]
    [again] = await claim(filed, now=LATER)
    assert (again.id, again.attempts) == (order.id, 1)
    last = (await document(filed))["history"][-1]
    assert (last["what"], last["who"], last["to"]) == ("fetched_again", "maria", "foto.jpg")


async def test_only_what_failed_is_tried_again(filed):
    assert await filed.write(lambda connection: remote_files.retry(connection, 1, "maria", LATER)) == []
    assert (await document(filed))["history"][-1]["what"] == "opened"


async def test_what_a_dead_process_was_fetching_waits_again(filed):
    await claim(filed, 1)
    assert await filed.write(lambda connection: remote_files.recover(connection, LATER)) == 1
    assert (await states(filed))[FileState.WAITING] == 2


async def test_a_late_answer_does_not_undo_a_decision(filed):
    [order, _] = await claim(filed)
    await filed.write(lambda connection: remote_files.attach(connection, order, CONTENT, LATER))
    await filed.write(lambda connection: remote_files.give_up(connection, order, "late", LATER))
    await filed.write(lambda connection: remote_files.postpone(connection, order, "late", LATER))

    assert (await states(filed))[FileState.FETCHED] == 1


async def test_files_that_are_told_of_later_follow_the_attachments_of_the_message(desk):
    """A message with a file of its own and none elsewhere, until it is told anew."""
    plain = chat("a", attachments=(NOTE,))
    await desk.write(lambda connection: units.file(connection, [filing(1, plain)], NOW, PERIOD))
    told = chat("a", remote_files=(PHOTO, VOICE))
    await desk.write(lambda connection: remote_files.add(connection, told, 1, 1, to_micros(NOW)))
    orders = await claim(desk)
    assert [order.position for order in orders] == [1, 2]
    for order in orders:
        await desk.write(lambda connection, order=order: remote_files.attach(connection, order, CONTENT, LATER))

    [message] = (await document(desk))["messages"]
    assert [one["name"] for one in message["attachments"]] == ["nota.txt", "foto.jpg", "foto.jpg"]
