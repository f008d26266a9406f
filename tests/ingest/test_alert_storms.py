"""Many incidents at once are one ticket; what came before the threshold is gathered; nothing of it is lost."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ingest.rulesets import compiled
from tests.pipeline import house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS = """
alerts:
  storm: {alerts: 5, within: 1m, by: [cluster]}
"""


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    async with house_in(tmp_path, templates=sqlite_templates, store=f'"{store}"', more=SETTINGS) as made:
        yield made


def alert(number, state="firing", cluster="prod", **more):
    labels = {"cluster": cluster, "host": f"web-{number}"}
    return {"fingerprint": f"{cluster}-{number}", "state": state, "name": "Fora do ar", "labels": labels, **more}


async def tell(house, seconds, *alerts):
    await house.json("alertas", {"alerts": list(alerts)}, at=NOON + timedelta(seconds=seconds))
    return await house.work()


async def by_number(house):
    return {one["number"]: one for one in await house.tickets()}


async def test_two_hundred_in_one_post_are_one_ticket_that_counts_and_lists_them(house):
    await tell(house, 0, *(alert(number) for number in range(200)))
    (ticket,) = await house.tickets()

    assert ticket["subject"] == "Tempestade de alertas: cluster=prod"
    assert ticket["messages"][0]["traits"]["alert.storm"] is True
    assert ticket["messages"][0]["traits"]["label.cluster"] == "prod"
    children = ticket["incident"]["children"]
    assert (children["count"], children["firing"], len(children["listed"])) == (200, 200, 50)
    assert children["listed"][0]["ticket"] == 1


async def test_those_before_the_threshold_are_gathered_and_their_tickets_solved(house):
    for number in range(7):
        await tell(house, number, alert(number))
    tickets = await by_number(house)

    assert len(tickets) == 5
    storm = tickets[5]
    assert storm["incident"]["children"]["count"] == 7
    assert {tickets[number]["state"] for number in range(1, 5)} == {"solved"}
    assert tickets[1]["links"] == [5]
    assert [one["reason"] for one in tickets[1]["history"] if one["what"] == "state"] == ["gathered into #5"]


async def test_a_ticket_that_somebody_works_on_stays_his(house):
    for number in range(4):
        await tell(house, number, alert(number))
    await house.solve(2, "open")
    await tell(house, 5, alert(4))
    tickets = await by_number(house)

    assert tickets[2]["state"] == "open"
    assert tickets[5]["incident"]["children"]["count"] == 4
    assert tickets[2]["incident"]["fingerprint"] == "prod-1"


async def test_the_storm_is_over_when_its_last_alert_is_and_begins_again_with_the_next(house):
    await tell(house, 0, *(alert(number) for number in range(6)))
    await tell(house, 60, *(alert(number, "resolved") for number in range(5)))
    (ticket,) = await house.tickets()
    assert (ticket["state"], ticket["incident"]["children"]["firing"]) == ("new", 1)
    await tell(house, 120, alert(5, "resolved"))
    (ticket,) = await house.tickets()
    assert (ticket["state"], ticket["incident"]["duration_s"]) == ("solved", 120)

    await tell(house, 300, alert(99))
    (ticket,) = await house.tickets()
    assert (ticket["state"], ticket["incident"]["returns"]) == ("open", 1)
    await tell(house, 300 + 3600 * 3, alert(99, "resolved"))
    await tell(house, 300 + 3600 * 6, alert(100))
    assert len(await house.tickets()) == 2


async def test_other_groups_and_slow_ones_are_no_storm(house):
    await tell(house, 0, *(alert(number, cluster=f"c{number}") for number in range(6)))
    for number in range(6):
        await tell(house, 100 + 30 * number, alert(number, cluster="slow"))

    assert len(await house.tickets()) == 12


async def test_workers_that_meet_in_a_storm_open_one(house):
    for number in range(12):
        await house.json("alertas", alert(number), at=NOON)
    entries, ruleset = await house.journal.claim(20), compiled(house.source)
    reports = await asyncio.gather(*(house.pipeline.process([entry], ruleset) for entry in entries))
    await house.journal.settle([one for report in reports for one in report.outcomes])
    await tell(house, 10, alert(50))
    tickets = await house.tickets()

    storms = [one for one in tickets if one["incident"] and one["incident"]["children"]]
    assert len(storms) == 1
    assert storms[0]["incident"]["children"]["count"] == 13
    assert {one["state"] for one in tickets if one is not storms[0]} <= {"solved"}
