"""Bursts over a real store: the ticket follows all that was said, whatever the batches and the order."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates, templates

__all__ = ["sqlite_templates", "templates"]

RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
rules:
  - name: caiu
    when: {all: [{words: sistema}, {words: caiu}]}
    set: {priority: Alta}
"""
NOW = datetime.now(UTC)


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, rules=RULES) as made:
        yield made


def at(seconds):
    return (NOW - timedelta(hours=1) + timedelta(seconds=seconds)).isoformat()


async def only(house):
    (ticket,) = await house.tickets()
    return ticket


def retriaged(ticket):
    return [(one["from"], one["to"], one["reason"]) for one in ticket["history"] if one["what"] == "retriaged"]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
async def test_all_messages_of_the_burst_are_judged(house, at_once, order):
    words = ["oi", "o sistema da loja", "caiu, ninguém trabalha"]
    for index in order:
        await house.chat(words[index], sent_at=at(index * 10))
        if not at_once:
            await house.work()
    await house.work()
    ticket = await only(house)

    assert ticket["priority"] == "Alta"
    ((was, now, why),) = retriaged(ticket)
    assert (was, now) == ("suporte/Baixa", "suporte/Alta")
    assert why.endswith("together: caiu (text: sistema, caiu)")
    assert [row for row in await house.answers() if row != "already_acknowledged"] == ["pending"]


async def test_what_is_said_later_is_no_part_of_it(house):
    await house.chat("o sistema", sent_at=at(0))
    await house.chat("caiu", sent_at=at(600))
    await house.work()

    assert (await only(house))["priority"] == "Baixa"


async def test_what_an_agent_decided_stays(house):
    await house.chat("o sistema", sent_at=at(0))
    await house.work()
    columns = 'ticket, at, who, what, "from", "to"'
    move = f"INSERT INTO history ({columns}) VALUES (1, 1, 'maria', 'priority', 'Média', 'Baixa')"
    await house.database.write(lambda connection: connection.execute(text(move)))
    await house.chat("caiu", sent_at=at(5))
    await house.work()
    ticket = await only(house)

    assert (ticket["priority"], retriaged(ticket)) == ("Baixa", [])


async def test_it_can_be_switched_off(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, rules=RULES) as house:
        with (tmp_path / "balcao.yaml").open("a", encoding="utf-8") as settings:
            settings.write("conversations: {burst: null}\n")
        await house.restart()
        await house.chat("o sistema", sent_at=at(0))
        await house.chat("caiu", sent_at=at(5))
        await house.work()

        assert (await only(house))["priority"] == "Baixa"


async def test_mail_is_judged_by_itself(house):
    receipt = await house.mail("o sistema")
    ticket = await house.ticket_of(receipt)
    await house.mail("caiu", headers=f"Subject: [#{ticket['number']}]\r\n")
    await house.work()

    assert {one["priority"] for one in await house.tickets()} == {"Baixa"}
