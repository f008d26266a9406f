"""Maintenance silences with a record; clients are told once; rules see labels."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.raw import Fate
from ingest.watching import Watching
from store import incident_documents, incidents
from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates

__all__ = ["sqlite_templates"]

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS = """
alerts:
  storm: {alerts: 3, within: 10s}
  maintenance:
    - {name: Troca de discos, from: "2026-03-02 12:10", to: "2026-03-02 12:30", match: {host: "db-*"}}
  notice: {label: cliente, by: email, solved: true, clients: {padaria: [ti@padaria.example]}}
"""


class Intake:
    def __init__(self, house):
        self.accept = house.journal.append


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, more=SETTINGS) as made:
        yield made


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def alert(state="firing", fingerprint="disk", host="db-1", **labels):
    return {"fingerprint": fingerprint, "state": state, "name": "Disco", "labels": {"host": host, **labels}}


async def tell(house, minutes, *alerts):
    for one in alerts:
        await house.json("alertas", one, at=at(minutes))
    return await house.work()


async def over(house, minutes):
    await Watching(house.database, Intake(house), {}).look(at(minutes), None)
    return await house.work()


async def recorded(house):
    return await house.database.read(lambda connection: incident_documents.listed(connection, None, False, 10))


async def test_what_fires_in_a_window_is_recorded_and_is_no_ticket(house):
    (outcome,) = await tell(house, 15, alert())

    assert (outcome.fate, outcome.reason) == (
        Fate.IGNORED, "silenced by the maintenance window 'Troca de discos'",
    )  # fmt: skip
    assert await house.tickets() == []
    (record,) = await recorded(house)
    assert (record["silenced_by"], record["silenced_until"]) == ("Troca de discos", "2026-03-02T15:30:00Z")
    assert record["labels"] == {"host": "db-1"}


async def test_what_still_burns_when_the_window_ends_becomes_a_ticket(house):
    await tell(house, 15, alert(), alert(fingerprint="other"))
    await tell(house, 20, alert("resolved", "other"))
    assert await over(house, 29) == []
    await over(house, 31)
    await over(house, 32)
    (ticket,) = await house.tickets()

    assert (ticket["incident"]["fingerprint"], ticket["incident"]["times"]) == ("disk", 1)
    assert ticket["incident"]["silenced_by"] is None
    assert ticket["messages"][0]["traits"]["alert.silenced_by"] == "Troca de discos"


async def test_other_labels_and_other_times_are_not_silenced(house):
    await tell(house, 5, alert(fingerprint="early"))
    await tell(house, 15, alert(host="web-1"))
    await tell(house, 35, alert(fingerprint="late"))

    assert len(await house.tickets()) == 3


async def test_what_burned_before_the_window_goes_on_and_its_end_solves_it(house):
    await tell(house, 5, alert())
    await tell(house, 15, alert())
    await tell(house, 20, alert("resolved"))
    (ticket,) = await house.tickets()

    assert (ticket["state"], ticket["incident"]["times"]) == ("solved", 2)


async def test_what_comes_back_in_the_window_opens_nothing_until_it_is_over(house):
    await tell(house, 5, alert())
    await tell(house, 8, alert("resolved"))
    await tell(house, 15, alert())
    assert [one["state"] for one in await house.tickets()] == ["solved"]
    await over(house, 31)
    assert [one["state"] for one in await house.tickets()] == ["open"]


async def test_a_client_is_told_once_and_once_more_when_it_is_over(house):
    for minutes in (0, 2, 4):
        await tell(house, minutes, alert(host="web", cliente="padaria"))
        await tell(house, minutes + 1, alert("resolved", host="web", cliente="padaria"))
    await house.dispatch()

    begins, solved = house.letters()
    assert begins["To"] == solved["To"] == "ti@padaria.example"
    assert begins["Subject"] == "[#1] Detectamos um problema: Disco"
    assert solved["Subject"] == "[#1] Resolvido: Disco"
    assert begins["Auto-Submitted"].startswith("auto-")
    assert "durou 1 min" in solved.get_body(("plain",)).get_content()


async def test_a_client_of_many_is_told_of_the_storm_once(house):
    await tell(house, 0, *(alert(fingerprint=str(number), host="web", cliente="padaria") for number in range(8)))
    await house.dispatch()

    assert len(house.letters()) == 1


async def test_who_is_not_listed_is_told_nothing(house):
    await tell(house, 0, alert(host="web", cliente="acougue"), alert(fingerprint="none", host="web"))

    assert [one for one in await house.outgoing() if one["state"] != "silent"] == []


async def test_long_forgotten_reports_go_and_their_tickets_stay(house):
    await tell(house, 0, alert(host="web"), alert("resolved", "unknown"))

    def forget(connection):
        later = datetime.now(UTC) + timedelta(days=1)
        return incidents.forget(connection, later, later)

    assert await house.database.write(forget) == 3
    assert len(await house.tickets()) == 1
    assert [one["fingerprint"] for one in await recorded(house)] == ["disk"]
