"""Alerts over a real store: one incident is one ticket, whatever the order of what is told of it."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from domain.raw import Fate
from ingest.rulesets import compiled
from tests.pipeline import fates, house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    async with house_in(tmp_path, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def alert(state="firing", fingerprint="disk:db-1", *, began=0.0, ended=None, **more):
    known = {"fingerprint": fingerprint, "state": state, "name": "Disco cheio", "started_at": at(began).isoformat()}
    return {**known, **({"ended_at": at(ended).isoformat()} if ended is not None else {}), **more}


def resolved(fingerprint="disk:db-1", *, began=0.0, ended=12.0, **more):
    return alert("resolved", fingerprint, began=began, ended=ended, **more)


async def tell(house, minutes, *alerts):
    """Each in a post of its own, worked on at once."""
    outcomes = []
    for one in alerts:
        await house.json("alertas", one, at=at(minutes))
        outcomes += await house.work()
    return outcomes


async def only_ticket(house):
    (ticket,) = await house.tickets()
    return ticket


def happened(ticket):
    return [(one["what"], one["to"]) for one in ticket["history"]]


async def test_what_fires_opens_a_ticket_and_what_is_resolved_solves_it_with_its_duration(house):
    assert fates(await tell(house, 0, alert(runbook="https://wiki.exemplo.com.br/disco"))) == [Fate.DONE]
    ticket = await only_ticket(house)
    assert (ticket["state"], ticket["subject"]) == ("new", "Disco cheio")
    assert ticket["messages"][0]["text"].startswith("Procedimento: https://wiki.exemplo.com.br/disco\n")

    (outcome,) = await tell(house, 12, resolved())
    ticket = await only_ticket(house)
    assert (outcome.fate, outcome.reason) == (Fate.DONE, "tells more of an incident on #1")
    assert (ticket["state"], ticket["solved_at"]) == ("solved", "2026-03-02T15:12:00Z")
    assert happened(ticket) == [("opened", "suporte/Baixa"), ("state", "solved"), ("lasted", "720 s")]
    incident = ticket["incident"]
    assert (incident["state"], incident["times"], incident["duration_s"]) == ("resolved", 1, 720)


async def test_what_fires_again_and_again_is_counted_and_is_no_message(house):
    for minutes in (0, 5, 10, 15):
        await tell(house, minutes, alert(summary=f"{80 + minutes} %"))
    ticket = await only_ticket(house)

    assert len(ticket["messages"]) == 1
    assert [one["what"] for one in ticket["history"]] == ["opened"]
    incident = ticket["incident"]
    assert (incident["times"], incident["last_at"], incident["summary"]) == (4, "2026-03-02T15:15:00Z", "95 %")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_whatever_the_order_it_is_one_solved_ticket(house, order):
    told = [(0, alert()), (5, alert()), (12, resolved())]
    for index in (*order, order[-1]):
        await tell(house, *told[index])
    ticket = await only_ticket(house)

    assert ticket["state"] == "solved"
    assert ticket["incident"]["duration_s"] == 720
    assert len(ticket["messages"]) == 1


async def test_the_same_report_read_twice_is_counted_once(house):
    """As after a crash between commit and settling, or when a person replays it."""
    await house.json("alertas", alert(), "one")
    entries = await house.journal.claim(10)
    await house.journal.release([entry.raw_id for entry in entries], uncount=True)
    await house.work()
    await house.journal.replay([entry.raw_id for entry in entries])
    await house.work()

    assert (await only_ticket(house))["incident"]["times"] == 1


async def test_what_comes_back_soon_is_the_same_ticket_and_later_another_one(house):
    await tell(house, 0, alert())
    await tell(house, 12, resolved())
    await tell(house, 20, alert(began=20))
    first = await only_ticket(house)
    assert (first["state"], first["incident"]["returns"]) == ("open", 1)

    await tell(house, 30, resolved(began=20, ended=30))
    assert (await only_ticket(house))["incident"]["duration_s"] == 30 * 60
    await tell(house, 30 + 61, alert(began=91))
    first, second = sorted(await house.tickets(), key=lambda one: one["number"])
    assert (first["state"], second["state"], second["links"]) == ("solved", "new", [1])
    assert first["incident"]["returns"] == 1


async def test_flapping_is_one_ticket_with_one_message(house):
    for turn in range(20):
        await tell(house, 2 * turn, alert(began=2 * turn))
        await tell(house, 2 * turn + 1, resolved(began=2 * turn, ended=2 * turn + 1))
    ticket = await only_ticket(house)

    assert (ticket["state"], len(ticket["messages"])) == ("solved", 1)
    assert (ticket["incident"]["returns"], ticket["incident"]["times"]) == (19, 20)


async def test_resolved_without_a_known_firing_is_recorded_and_is_no_ticket(house):
    (outcome,) = await tell(house, 12, resolved())

    assert (outcome.fate, outcome.reason) == (Fate.IGNORED, "resolved, and nothing of it was known")
    assert await house.tickets() == []


async def test_a_late_end_of_an_earlier_episode_does_not_end_this_one(house):
    await tell(house, 0, alert())
    await tell(house, 12, resolved())
    await tell(house, 20, alert(began=20))
    await tell(house, 21, resolved())

    assert (await only_ticket(house))["state"] == "open"


async def test_a_doubled_end_changes_nothing(house):
    await tell(house, 0, alert())
    await tell(house, 12, resolved(), resolved(), resolved())

    assert [one["what"] for one in (await only_ticket(house))["history"]] == ["opened", "state", "lasted"]


async def test_a_batch_in_one_post_is_an_incident_for_each_alert(house):
    body = {"alerts": [alert(fingerprint=f"disk:db-{number}") for number in range(5)]}
    (outcome,) = await tell(house, 0, body)
    assert len(outcome.tickets) == 5
    await tell(house, 3, {"alerts": [resolved(fingerprint="disk:db-2", ended=3), alert(fingerprint="disk:db-3")]})
    tickets = {one["incident"]["fingerprint"]: one for one in await house.tickets()}

    assert tickets["disk:db-2"]["state"] == "solved"
    assert tickets["disk:db-3"]["incident"]["times"] == 2


async def test_one_broken_alert_of_a_batch_costs_only_itself(house):
    await tell(house, 0, {"alerts": [alert(), {"state": "firing"}, 5]})

    assert sorted(one["subject"] for one in await house.tickets()) == [
        "Alerta ilegível", "Alerta ilegível", "Disco cheio",
    ]  # fmt: skip


async def test_what_is_told_more_urgently_is_judged_anew(house):
    await tell(house, 0, alert(severity="warning"))
    await tell(house, 5, alert(severity="critical", summary="boleto"))
    ticket = await only_ticket(house)

    assert (ticket["department"], ticket["priority"]) == ("financeiro", "Média")
    assert "retold" in [one["what"] for one in ticket["history"]]


async def test_what_fires_on_after_a_person_solved_it_opens_it_again(house):
    await tell(house, 0, alert())
    await house.solve(1)
    await tell(house, 5, alert())
    assert (await only_ticket(house))["state"] == "open"
    await house.solve(1, "closed")
    await tell(house, 10, alert())

    first, second = sorted(await house.tickets(), key=lambda one: one["number"])
    assert (first["state"], second["state"], second["links"]) == ("closed", "new", [1])


async def test_two_workers_that_hear_of_one_incident_open_one_ticket(house):
    """Each of the posts is worked on by itself, all at once."""
    for _ in range(6):
        await house.json("alertas", alert())
    await house.json("alertas", resolved())
    entries = await house.journal.claim(10)
    ruleset = compiled(house.source)
    reports = await asyncio.gather(*(house.pipeline.process([entry], ruleset) for entry in entries))
    await house.journal.settle([one for report in reports for one in report.outcomes])
    await house.work()
    ticket = await only_ticket(house)

    assert len(ticket["messages"]) == 1
