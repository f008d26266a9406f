"""Updates through the daemon's own pipeline: albums, edits, groups that move, conversations, what an agent answers."""

import itertools

import pytest
from sqlalchemy import text

from domain.raw import Fate
from tests.pipeline import house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

_numbers = itertools.count(1)
ANA = {"id": 77, "is_bot": False, "first_name": "Ana"}


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    folder = tmp_path / "house"
    folder.mkdir()
    async with house_in(folder, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


async def said(house, words=None, *, chat=77, kind="message", **content):
    number = next(_numbers)
    private = {"id": chat, "type": "private" if chat > 0 else "group", "first_name": "Ana"}
    message = {"message_id": number, "from": ANA, "chat": private, "date": 1_772_449_200 + number, **content}
    if words:
        message["text" if "photo" not in content else "caption"] = words
    return await house.json("bot", {"update_id": number, kind: message})


def photo(name):
    return {"photo": [{"file_id": name, "file_unique_id": name, "file_size": 100, "width": 9, "height": 9}]}


async def album(house, *captions, together):
    for number, caption in enumerate(captions, start=1):
        await said(house, caption, media_group_id="135", **photo(f"file-{number}"))
        if not together:
            await house.work()
    return await house.work()


def names(message):
    return [file["state"] for file in message["remote_files"]]


@pytest.mark.parametrize("together", [True, False])
async def test_an_album_is_one_message_of_one_ticket_with_all_its_pictures(house, together):
    await album(house, "As três telas", None, None, together=together)

    (ticket,) = await house.tickets()
    (message,) = ticket["messages"]
    assert message["text"] == "As três telas"
    assert names(message) == ["waiting"] * 3
    assert len(await house.outgoing()) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_words_that_come_with_a_later_picture_are_not_lost(house, together):
    await album(house, None, "A segunda é a pior", None, together=together)

    (ticket,) = await house.tickets()
    assert [message["text"] for message in ticket["messages"]] == ["A segunda é a pior"]


async def test_a_picture_that_comes_again_is_not_doubled(house):
    await album(house, "x", None, together=False)
    await said(house, None, media_group_id="135", **photo("file-2"))
    (outcome,) = await house.work()

    (ticket,) = await house.tickets()
    assert len(ticket["messages"][0]["remote_files"]) == 2
    assert (outcome.fate, outcome.reason) == (Fate.DONE, "belongs to #1")


async def test_rules_see_a_file_that_is_still_elsewhere(house):
    await said(house, "veja", **photo("f"))
    await house.work()
    query = text("SELECT facts FROM messages")
    facts = await house.database.read(lambda connection: connection.execute(query).scalar())
    assert '"foto.jpg"' in facts


async def test_all_that_is_said_in_a_chat_is_one_ticket_and_acknowledged_once(house):
    for words in ("oi", "não consigo emitir", "alguém aí?"):
        await said(house, words)
    await said(house, "outra pessoa", chat=99)
    await house.work()

    assert [len(ticket["messages"]) for ticket in await house.tickets()] == [3, 1]
    assert await house.answers() == ["pending", "already_acknowledged", "already_acknowledged", "pending"]


async def test_an_edit_is_kept_beside_what_was_said(house):
    await said(house, "boleto", message_id=5000)
    await said(house, "boletos", message_id=5000, kind="edited_message", edit_date=1_772_449_300)
    await house.work()

    (ticket,) = await house.tickets()
    assert [message["text"] for message in ticket["messages"]] == ["boleto", "boletos"]
    assert ticket["messages"][1]["traits"]["message.edits"] == "77:5000"


async def test_an_edit_of_what_we_never_saw_opens_a_ticket(house):
    await said(house, "boletos", message_id=6000, kind="edited_message", edit_date=1_772_449_300)
    await house.work()
    assert len(await house.tickets()) == 1


async def test_a_group_that_becomes_a_supergroup_keeps_its_ticket(house):
    await said(house, "caixa travado", chat=-987)
    await house.work()
    await said(house, chat=-987, migrate_to_chat_id=-100987)
    await said(house, "ainda travado", chat=-100987)
    await house.work()

    (ticket,) = await house.tickets()
    assert [message["text"] for message in ticket["messages"]] == ["caixa travado", "ainda travado"]


async def test_template_signs_in_names_and_words_are_text(house):
    """Attack 36."""
    await said(house, "{{7*7}} {% x %}", **{"from": {**ANA, "first_name": "{{config}}", "last_name": "%(x)s ${HOME}"}})
    await house.work()

    (ticket,) = await house.tickets()
    assert ticket["contact"]["name"] == "{{config}} %(x)s ${HOME}"
    (answer,) = await house.outgoing()
    assert "7*7" not in answer["text"]
    assert "49" not in answer["text"]
