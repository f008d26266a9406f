"""Who must report and does not becomes an incident; who comes back solves it; a house that slept blames nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.raw import Fate, RawInteraction
from ingest.watching import Watching
from store import heartbeats
from tests.pipeline import house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class Intake:
    def __init__(self, house):
        self.accept = house.journal.append


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    async with house_in(tmp_path, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


def at(minutes):
    return NOON + timedelta(minutes=minutes)


async def report(house, minutes, name="backup"):
    raw = RawInteraction(
        channel="batimentos", dedup_key=f"beat:{name}:{minutes}", received_at=at(minutes), payload=b"",
        envelope={"system": name, "peer": "192.0.2.7"},
    )  # fmt: skip
    await house.journal.append(raw)
    return await house.work()


async def listen(house, *minutes, node="a", begins=False):
    for one in minutes:
        await house.database.write(
            lambda connection, one=one: heartbeats.listen(
                connection, node, at(one), begins=begins and one == minutes[0]
            )
        )


async def look(house, minutes, waiting=None):
    """As a node does; returns how much it told of."""
    watched = {name: one.watched for name, one in house.channels.items() if one.watched}
    told = await Watching(house.database, Intake(house), watched).look(at(minutes), waiting)
    await house.work()
    return told


def without_a_break(first, last):
    """Minutes, a third of one apart."""
    return [first + third / 3 for third in range(int((last - first) * 3) + 1)]


async def test_a_system_that_falls_silent_is_one_incident_and_coming_back_solves_it(house):
    (outcome,) = await report(house, 0)
    assert (outcome.fate, outcome.reason) == (Fate.IGNORED, "heartbeat of Backup da padaria")
    await listen(house, *without_a_break(0, 16))
    assert await look(house, 15) == 0
    for _ in range(3):
        await look(house, 16)
    (ticket,) = await house.tickets()
    assert ticket["subject"] == "Backup da padaria: não deu sinal de vida"
    assert (ticket["state"], ticket["incident"]["times"]) == ("new", 1)
    assert ticket["messages"][0]["traits"]["label.cliente"] == "padaria"

    await report(house, 40)
    (ticket,) = await house.tickets()
    assert (ticket["state"], ticket["incident"]["duration_s"]) == ("solved", 30 * 60)


async def test_before_the_first_report_nothing_is_missed(house):
    await listen(house, *without_a_break(0, 60))

    assert await look(house, 60) == 0


async def test_while_the_house_slept_nobody_was_late(house):
    """It listened until 12:05 and again from 13:00 on."""
    await report(house, 0)
    await listen(house, *without_a_break(0, 5), *without_a_break(60, 70))
    assert await look(house, 62) == 0
    assert await look(house, 70) == 0
    await listen(house, *without_a_break(70.2, 76))
    assert await look(house, 76) == 1


async def test_a_restart_however_short_may_have_lost_a_report(house):
    """It came in the ten seconds in which nobody was there; the next one is due only later."""
    await report(house, 0)
    await listen(house, *without_a_break(0, 14))
    await listen(house, *without_a_break(14 + 1 / 6, 20), begins=True)
    assert await look(house, 20) == 0


async def test_while_another_node_listens_a_restart_excuses_nobody(house):
    await report(house, 0)
    await listen(house, *without_a_break(0, 16), node="b")
    await listen(house, *without_a_break(14, 16), node="a", begins=True)
    assert await look(house, 16) == 1


async def test_while_nobody_listens_nobody_is_judged(house):
    await report(house, 0)
    await listen(house, 0)

    assert await look(house, 30) == 0


async def test_what_waits_in_the_journal_may_be_the_report(house):
    await report(house, 0)
    await listen(house, *without_a_break(0, 16))

    assert await look(house, 16, timedelta(minutes=1)) == 0


async def test_a_report_that_was_only_read_late_refutes_the_incident(house):
    """The node judged before the report, which had come in time, was read."""
    await report(house, 0)
    await listen(house, *without_a_break(0, 16))
    watched = {"batimentos": house.channels["batimentos"].watched}
    await Watching(house.database, Intake(house), watched).look(at(16), None)
    (judged,) = await house.journal.claim(10)
    await house.journal.release([judged.raw_id], uncount=True)
    raw = RawInteraction(channel="batimentos", dedup_key="b", received_at=at(9), payload=b"",
                         envelope={"system": "backup"})  # fmt: skip
    await house.journal.append(raw)
    await house.work()
    tickets = await house.tickets()

    assert [one["state"] for one in tickets] in ([], ["solved"])


async def test_several_nodes_and_a_restart_are_one_incident(house):
    await report(house, 0)
    await listen(house, *without_a_break(0, 16))
    for _ in range(2):
        await look(house, 16)
    await house.restart()
    await listen(house, *without_a_break(30, 50))
    assert await look(house, 50) == 1
    (ticket,) = await house.tickets()

    assert ticket["incident"]["fingerprint"] == "backup"
