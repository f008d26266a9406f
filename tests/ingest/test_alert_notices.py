"""A client is told of what lasts: a short incident and the first ones of a storm are withdrawn before they are due."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates

__all__ = ["sqlite_templates"]

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CLIENT = "ti@padaria.example"
SETTINGS = """
alerts:
  storm: {alerts: 4, within: 1m}
  notice: {label: cliente, by: email, after: 1m, solved: true, clients: {padaria: [ti@padaria.example]}}
"""


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, more=SETTINGS) as made:
        yield made


async def tell(house, minutes, state="firing", *fingerprints):
    for one in fingerprints or ("disk",):
        body = {"fingerprint": one, "state": state, "name": f"Disco {one}", "labels": {"cliente": "padaria"}}
        await house.json("alertas", body, at=NOON + timedelta(minutes=minutes))
    await house.work()


async def letters(house):
    """Kind, ticket, state or reason, and after how many seconds it is due."""
    return [
        (row["idempotency_key"].split(":")[0], row["ticket"], row["reason"] or row["state"],
         round((row["not_before"] - row["created_at"]) / 1e6))
        for row in await house.outgoing() if row["recipient"] == CLIENT
    ]  # fmt: skip


async def spent(house):
    query = text("SELECT spent FROM ack_budget WHERE scope = 'address' AND key = :client")
    return await house.database.read(lambda connection: connection.execute(query, {"client": CLIENT}).scalar())


async def due_now(house):
    """The minute has passed."""
    await house.database.write(lambda connection: connection.execute(text("UPDATE outbox SET not_before = created_at")))


async def test_what_lasts_is_told_when_it_is_due(house):
    await tell(house, 0)
    assert await letters(house) == [("incident", 1, "pending", 60)]

    await due_now(house)
    await house.dispatch()
    await tell(house, 5, "resolved")
    assert await letters(house) == [("incident", 1, "sent", 0), ("incident-solved", 1, "pending", 0)]


async def test_what_is_over_before_is_not_told_and_neither_is_its_end(house):
    await tell(house, 0)
    await tell(house, 0.5, "resolved")

    assert [one[:3] for one in await letters(house)] == [("incident", 1, "withdrawn")]
    assert await spent(house) == 0


async def test_what_comes_back_is_told_once_when_it_stays(house):
    for minute in range(3):
        await tell(house, minute)
        await tell(house, minute + 0.5, "resolved")
    await tell(house, 4)
    ((kind, ticket, state, seconds),) = await letters(house)

    assert (kind, ticket, state) == ("incident", 1, "pending")
    assert seconds >= 60
    assert await spent(house) == 1
    await due_now(house)
    await house.dispatch()
    assert len(house.letters()) == 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_first_ones_of_a_storm_become_one_letter_about_it(house, at_once):
    names = [str(number) for number in range(8)]
    for group in [names] if at_once else [[name] for name in names]:
        await tell(house, 0.1, "firing", *group)
    waiting = [one for one in await letters(house) if one[2] == "pending"]

    (storm,) = [ticket for ticket in await house.tickets() if "Tempestade" in ticket["messages"][0]["text"]
                or "Tempestade" in ticket["subject"]]  # fmt: skip
    assert waiting == [("incident", storm["number"], "pending", 60)]
    assert await spent(house) == 1
    await due_now(house)
    await house.dispatch()
    assert len(house.letters()) == 1


async def test_the_same_alert_delivered_twice_moves_nothing(house):
    await tell(house, 0)
    await tell(house, 0)

    assert await letters(house) == [("incident", 1, "pending", 60)]
