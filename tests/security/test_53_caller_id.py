"""Attack 53: anybody can call under a customer's number. It is a call ticket, and proves nobody."""

import pytest

from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates

__all__ = ["sqlite_templates"]

NUMBER = "+5511912345678"


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates) as made:
        yield made


async def call(house, call_id, number=NUMBER, name=None):
    told = {"event": "missed", "call_id": call_id, "direction": "inbound", "from": number, "to": "1", "name": name}
    await house.json("telefone", told)
    await house.work()


async def test_a_call_joins_no_ticket_of_another_road_whoever_it_says_it_is(house):
    await house.mail("Meu telefone é 11 91234-5678", sender="ana@cliente.example")
    await house.chat("oi", sender=NUMBER, conversation=NUMBER)
    await call(house, "a", name="Ana")
    await call(house, "b", number="ana@cliente.example")

    assert len(await house.tickets()) == 4


async def test_no_contacts_meet_by_a_caller_id(house):
    await house.chat("oi", sender=NUMBER)
    await call(house, "a", name="[#1] Ana")
    tickets = await house.tickets()

    assert [ticket["contact"]["addresses"] for ticket in tickets] in ([[NUMBER]] * 2, [["+5511912345678"]] * 2)
    assert [len(ticket["messages"]) for ticket in tickets] == [1, 1]
    assert all(ticket["links"] == [] for ticket in tickets)


async def test_a_call_brings_no_solved_ticket_back(house):
    await call(house, "a")
    back = {"event": "ended", "call_id": "r", "direction": "outbound", "from": "1001", "to": NUMBER, "talked_s": 9}
    await house.json("telefone", back)
    await house.work()
    await call(house, "b")
    first, second = sorted(await house.tickets(), key=lambda ticket: ticket["number"])

    assert (first["state"], second["state"]) == ("solved", "new")
    assert second["links"] == [first["number"]]


async def test_a_body_cannot_say_that_it_comes_from_us(house):
    """Overdue and transcripts are told by the daemon alone, by the envelope, which no sender writes."""
    await house.json("telefone", {"event": "new", "call_id": "a", "from": NUMBER})
    await house.json("telefone", {"balcao": "overdue", "call_id": "a", "by": "balcao"})
    await house.work()

    assert await house.tickets() == []
