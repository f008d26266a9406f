"""Departments that see a ticket which another one owns."""

import pytest

from domain.ticket import Referral
from store import desk as units
from store import queries
from store.referrals import facts_of_filed, refer
from tests.store.filings import NOW, PERIOD, filing, said

TO_SALES = Referral(ticket=1, department="comercial", address="vendas@exemplo.com.br")


@pytest.fixture
async def filed(desk):
    filings = [filing(1, said("a")), filing(2, said("b"))]
    await desk.write(lambda connection: units.file(connection, filings, NOW, PERIOD))
    return desk


async def numbers(desk, department):
    found = await desk.read(lambda connection: queries.list_tickets(connection, department, None, None, 10))
    return [ticket["number"] for ticket in found]


async def test_what_is_referred_is_in_the_list_of_both_departments_and_still_one_ticket(filed):
    owner = (await filed.read(lambda connection: queries.ticket(connection, 1)))["department"]
    await filed.write(lambda connection: refer(connection, [TO_SALES], NOW))

    assert await numbers(filed, "comercial") == [1]
    assert await numbers(filed, owner) == [2, 1]
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))
    assert ticket["referrals"] == [{"department": "comercial", "address": "vendas@exemplo.com.br"}]
    assert ticket["department"] == owner


async def test_a_referral_is_written_once(filed):
    for _ in range(2):
        await filed.write(lambda connection: refer(connection, [TO_SALES, TO_SALES], NOW))
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))

    assert [event["to"] for event in ticket["history"] if event["what"] == "referred"] == ["comercial"]


async def test_the_facts_of_what_is_filed_can_be_asked_for(filed):
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))
    identity = ticket["messages"][0]["identity"]

    found = await filed.read(lambda connection: facts_of_filed(connection, {identity, "unknown"}))
    assert set(found) == {identity}
