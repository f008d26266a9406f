"""Calls that a rule keeps from opening a ticket: they stay known, and nothing is lost."""

import pytest

from domain.raw import Fate
from ingest import rulesets
from tests.ingest.test_calls import ANA, RUI, event, only_ticket, tell
from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates, templates

__all__ = ["sqlite_templates", "templates"]

RULES = """\
version: 1
departments: {suporte: Suporte}
default: {department: suporte, priority: Baixa}
rules:
  - name: nossas
    when: {trait: {call.direction: [internal, outbound]}}
    set: {ticket: false}
"""
WHY = "rule 'nossas' wants no ticket for this call"
INSIDE = {"direction": "internal", "from": "1001", "to": "1002"}
OURS = {"direction": "outbound", "from": "1001", "to": ANA, "talked_s": 60}


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, rules=RULES) as made:
        yield made


@pytest.mark.parametrize("call", [INSIDE, OURS])
async def test_such_a_call_is_ignored_with_its_rule_as_the_reason(house, call):
    outcomes = await tell(house, event("new", **call), event("ended", **call), event("ended", minutes=1, **call))

    assert {(one.fate, one.reason) for one in outcomes} == {(Fate.IGNORED, WHY)}
    assert await house.tickets() == []


async def test_what_people_write_becomes_a_ticket_whatever_the_rule_says(house):
    (house.folder / "rules.yaml").write_text(
        RULES.replace("trait: {call.direction: [internal, outbound]}", "words: oi")
    )
    house.source = rulesets.tested(house.folder / "rules.yaml")
    await house.chat("oi")

    assert len(await house.ticket_of(await house.mail("oi")) and await house.tickets()) == 2


async def test_our_call_joins_the_open_ticket_of_its_number_and_settles_the_callback(house):
    await tell(house, event("missed", "a"))
    await tell(house, event("ended", "b", minutes=9, **OURS))
    ticket = await only_ticket(house)

    assert (ticket["state"], len(ticket["messages"])) == ("solved", 2)
    (outcome,) = await tell(house, event("ended", "c", minutes=20, **OURS))
    assert (outcome.fate, outcome.reason) == (Fate.IGNORED, WHY), "the ticket is solved: there is nothing to join"


async def test_both_ways_in_one_batch_are_told_apart(house):
    """The call that opens a ticket comes first in time, the one that joins it after."""
    outcomes = await tell(house, event("ended", "b", minutes=9, **OURS), event("missed", "a"),
                          event("missed", "c", **{"from": RUI}), event("ended", "d", minutes=-5, **OURS))  # fmt: skip

    assert [one.fate for one in outcomes] == [Fate.DONE, Fate.DONE, Fate.DONE, Fate.IGNORED]
    assert sorted(len(ticket["messages"]) for ticket in await house.tickets()) == [1, 2]


async def test_it_becomes_a_ticket_when_later_events_make_another_call_of_it(house):
    """The leg between two extensions turns out to belong to a call from outside."""
    await tell(house, event("ended", "leg", **INSIDE))
    await tell(house, event("ended", "leg", minutes=1, linked_id="trunk", talked_s=30))

    assert (await only_ticket(house))["messages"][0]["traits"]["call.direction"] == "inbound"


async def test_after_another_rule_file_its_entry_can_be_filed(house):
    (outcome,) = await tell(house, event("ended", **INSIDE))
    (house.folder / "rules.yaml").write_text(RULES.replace("ticket: false", "ticket: true"))
    house.source = rulesets.tested(house.folder / "rules.yaml")
    await house.journal.replay([outcome.raw_id])

    assert [one.fate for one in await house.work()] == [Fate.DONE]
    assert len(await house.tickets()) == 1


async def test_a_call_that_is_on_a_ticket_stays_there(house):
    (house.folder / "rules.yaml").write_text(
        RULES.replace("call.direction: [internal, outbound]", "call.talked_s: {lt: 5}")
    )
    house.source = rulesets.tested(house.folder / "rules.yaml")
    await tell(house, event("answered"))
    (outcome,) = await tell(house, event("ended", minutes=1, talked_s=2, duration_s=10))

    assert outcome.fate is Fate.DONE
    assert (await only_ticket(house))["subject"].startswith("Chamada encerrada")
