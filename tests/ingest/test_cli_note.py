"""`balcao tickets note`: what an agent has to say, to colleagues alone; a call's reminder falls away with it."""

import asyncio

import pytest

from store.engines import Database
from store.retelling import change_tickets, tickets_now
from tests.ingest.desk import file_tickets, install
from tests.samples import call, mail
from triage.retelling import label


@pytest.fixture
def desk(tmp_path):
    installation = install(tmp_path)
    url = f"sqlite:///{tmp_path / 'var' / 'balcao.db'}"
    asyncio.run(file_tickets(url, mail(), call(return_path="+5511912345678")))
    asyncio.run(labelled(url, 2))
    return installation


async def labelled(url, number):
    """As the pipeline leaves an answered call."""
    database = Database.open(url)

    def unit(connection):
        from tests.samples import NOON  # noqa: PLC0415 - only here

        before = tickets_now(connection, [number])[number]
        change_tickets(connection, [(before, label(before, "chamada sem anotações"), "")], NOON)

    await database.write(unit)
    await database.close()


def test_a_note_is_kept_and_sent_to_nobody(desk):
    made = desk.json("tickets", "note", "1", "--text", "Cliente antigo.")
    ticket = desk.json("tickets", "show", "1")

    assert [(m["direction"], m["text"]) for m in ticket["messages"]][-1] == ("note", "Cliente antigo.")
    assert ticket["messages"][-1]["id"] == made["message"]
    assert ticket["state"] == "new"
    assert [one["what"] for one in ticket["history"]][-1] == "noted"


def test_with_its_note_a_call_is_annotated_and_open(desk):
    assert desk.json("tickets", "show", "2")["tags"][-1] == "chamada sem anotações"
    desk.json("tickets", "note", "2", "--text", "Quer a segunda via.")
    ticket = desk.json("tickets", "show", "2")

    assert "chamada sem anotações" not in ticket["tags"]
    assert ticket["state"] == "open"


def test_a_note_may_solve(desk):
    desk.json("tickets", "note", "2", "--text", "Resolvido na ligação.", "--solve")
    ticket = desk.json("tickets", "show", "2")

    assert ticket["state"] == "solved"
    assert ticket["solved_at"]
