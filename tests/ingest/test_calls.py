"""Telephone calls over a real store: one call is one message, whatever its order; a number finds its open ticket."""

import itertools
import json
import os
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.raw import Fate, RawInteraction
from tests.pipeline import fates, house_in, install, opened
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ANA, RUI = "+5511912345678", "+5521998765432"


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    async with house_in(tmp_path, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


def event(what, call_id="c-1", *, minutes=0, **more):
    at = NOON + timedelta(minutes=minutes)
    known = {"direction": "inbound", "from": ANA, "to": "+551140001000", "at": at.isoformat()}
    return {"event": what, "call_id": call_id, **known, **more}


async def tell(house, *events):
    for one in events:
        await house.json("telefone", one)
    return await house.work()


async def only_ticket(house):
    (ticket,) = await house.tickets()
    return ticket


def whole_call():
    """Rings, is answered after 20 s, ends after two minutes."""
    times = {"started_at": NOON.isoformat()}
    picked = {**times, "answered_at": (NOON + timedelta(seconds=20)).isoformat(), "agent": "Paula"}
    ended = {**picked, "ended_at": (NOON + timedelta(seconds=140)).isoformat(), "ended_by": "customer"}
    return [event("new", **times), event("answered", **picked), event("ended", **ended, queue="Suporte")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_call_is_one_message_in_whatever_order_it_is_told(house, order):
    told = whole_call()
    for index in (*order, order[0]):
        await tell(house, told[index])
    ticket = await only_ticket(house)

    (message,) = ticket["messages"]
    assert message["text"] == (
        "Chamada encerrada de +55 11 91234-5678, fila Suporte, atendente Paula, esperou 20 s, falou 2 min 00 s, "
        "encerrada pelo cliente."
    )
    assert message["identity"] == "telefone:call:c-1"
    assert message["traits"]["call.talked_s"] == 120
    assert ticket["subject"] == "Chamada encerrada de +55 11 91234-5678"
    assert "chamada sem anotações" in ticket["tags"]


async def test_a_later_event_changes_the_message_and_the_history_keeps_the_old_words(house):
    ringing, answered, ended = whole_call()
    assert fates(await tell(house, ringing)) == [Fate.IGNORED]
    assert await house.tickets() == []
    assert fates(await tell(house, answered)) == [Fate.DONE]
    (outcome,) = await tell(house, ended)

    assert (outcome.fate, outcome.reason) == (Fate.DONE, "tells more of a call on #1")
    ticket = await only_ticket(house)
    retold = [one for one in ticket["history"] if one["what"] == "retold"]
    assert [one["from"].split(",")[0] for one in retold] == ["Chamada atendida de +55 11 91234-5678"]
    assert retold[0]["to"].startswith("Chamada encerrada de +55 11 91234-5678")


async def test_all_events_in_one_batch_or_one_body_are_one_message(house):
    await tell(house, *whole_call())
    await tell(house, {"events": [{**one, "call_id": "c-2", "from": RUI} for one in whole_call()]})

    assert [len(ticket["messages"]) for ticket in await house.tickets()] == [1, 1]


async def test_legs_that_turn_out_to_be_one_call_are_one_call(house):
    """A transfer whose legs are told apart first, and joined by a third event."""
    legs = [event("new", "a"), event("new", "b", minutes=1), event("ended", "b", minutes=3, linked_id="a", talked_s=60)]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        for index in order:
            await tell(house, {**legs[index], "call_id": f"{legs[index]['call_id']}-{order}",
                               **({"linked_id": f"a-{order}"} if index == 2 else {})})  # fmt: skip
    tickets = await house.tickets()

    assert sum(len(ticket["messages"]) for ticket in tickets) == 3


async def test_two_filed_calls_that_turn_out_to_be_one_are_linked(house):
    await tell(house, event("missed", "a"), event("missed", "b", **{"from": RUI}))
    assert len(await house.tickets()) == 2
    await tell(house, event("ended", "b", linked_id="a", minutes=1))

    first, second = sorted(await house.tickets(), key=lambda ticket: ticket["number"])
    assert (first["links"], second["links"]) == ([2], [1])
    assert (first["state"], second["state"]) == ("new", "solved")


async def test_a_missed_call_joins_the_open_ticket_of_its_number_and_counts_its_tries(house):
    await tell(house, event("missed", "a", waited_s=42))
    await tell(house, event("missed", "b", minutes=5, waited_s=10))
    await tell(house, event("missed", "c", minutes=6, **{"from": RUI}))
    first, second = sorted(await house.tickets(), key=lambda ticket: ticket["number"])

    assert [message["traits"].get("call.tries_today") for message in first["messages"]] == [None, 2]
    assert first["messages"][1]["text"].endswith("esperou 10 s, 2ª tentativa hoje.")
    assert len(second["messages"]) == 1


async def test_tries_are_counted_by_the_day_of_the_house(house):
    """23:50 and 00:10 in São Paulo are two days, though one in UTC."""
    await tell(house, event("missed", "a", at="2026-03-03T02:50:00+00:00"))
    await tell(house, event("missed", "b", at="2026-03-03T03:10:00+00:00"))
    ticket = await only_ticket(house)

    assert [message["traits"].get("call.tries_today") for message in ticket["messages"]] == [None, None]


async def test_withheld_numbers_and_internal_calls_have_tickets_of_their_own(house):
    hidden = {"from": "anonymous"}
    await tell(house, event("missed", "a", **hidden), event("missed", "b", **hidden))
    inside = {"from": "1001", "to": "1002", "direction": "internal"}
    await tell(house, event("missed", "c", **inside), event("missed", "d", **inside))

    assert len(await house.tickets()) == 4


async def test_after_the_window_or_a_solution_a_call_opens_a_linked_ticket(house):
    await tell(house, event("missed", "a"))
    await tell(house, event("missed", "b", minutes=24 * 60 + 1))
    first, second = sorted(await house.tickets(), key=lambda ticket: ticket["number"])

    assert second["links"] == [first["number"]]


async def test_an_answered_return_call_solves_the_callback(house):
    await tell(house, event("missed", "a"))
    back = {"direction": "outbound", "from": "1001", "to": ANA, "agent": "Paula"}
    await tell(house, event("missed", "b", minutes=5, **back))
    assert (await only_ticket(house))["state"] == "new", "nobody was reached"
    await tell(house, event("ended", "c", minutes=9, talked_s=60, **back))
    ticket = await only_ticket(house)

    assert ticket["state"] == "solved"
    assert ticket["solved_at"]
    assert [one["reason"] for one in ticket["history"] if one["what"] == "state"] == [
        "called back, and the customer answered"
    ]
    await tell(house, event("missed", "d", minutes=30))
    assert len(await house.tickets()) == 2


async def test_an_earlier_return_call_does_not_settle_a_later_miss(house):
    back = {"direction": "outbound", "from": "1001", "to": ANA}
    await tell(house, event("ended", "c", minutes=1, talked_s=60, **back), event("missed", "a", minutes=5))

    assert (await only_ticket(house))["state"] == "new"


def a_day_of_calls(count, chance):
    """Events with the second they happened in, and the tickets they must come to.

    Every fifth call is missed, every tenth withheld, every twentieth rings and is never heard of again; every seventh
    number has called before.
    """
    told, numbers, hidden = [], set(), 0
    for call in range(count):
        second, caller = call * 9, f"+55119{90000000 + call - call % 7 // 6}"
        who = {
            "call_id": f"x-{call}",
            "direction": "inbound",
            "from": "anonymous" if call % 10 == 3 else caller,
            "to": "1",
        }
        last = "new" if call % 20 == 7 else "missed" if call % 5 == 2 else "ended"
        steps = ("new",) if last == "new" else ("new", "missed") if last == "missed" else ("new", "answered", "ended")
        for step, offset in zip(steps, (0, 12, 90), strict=False):
            at = (NOON + timedelta(seconds=second + offset)).isoformat()
            told.append(
                (second + offset, {**who, "event": step, "at": at, **({"talked_s": 78} if step == "ended" else {})})
            )
        hidden += call % 10 == 3 and last != "new"
        if call % 10 != 3 and last != "new":
            numbers.add(caller)
    told += chance.choices(told, k=len(told) // 20)
    return told, len(numbers) + hidden


async def test_events_shuffled_within_a_minute_and_doubled_make_exactly_the_tickets_of_their_calls(house):
    """Small here; `make replay` plays 10,000 of them."""
    chance = random.Random(5)
    told, expected = a_day_of_calls(int(os.environ.get("BALCAO_REPLAY_CALLS", "120")), chance)
    told.sort(key=lambda one: (one[0] // 60, chance.random()))
    for _, one in told:
        await house.json("telefone", one)
    await house.work()
    tickets = await house.tickets()

    assert len(tickets) == expected
    messages = [message for ticket in tickets for message in ticket["messages"]]
    assert len({message["identity"] for message in messages}) == len(messages)
    assert {message["traits"]["call.answered"] for message in messages} == {True, False}
    assert all(message["traits"]["call.talked_s"] in {0, 78} for message in messages)


RULES = """\
version: 1
departments: {suporte: Suporte}
default: {department: suporte, priority: Baixa}
rules:
  - name: retorno
    when: {medium: call, trait: {call.answered: false}}
    set: {acknowledgement: LETTER}
"""
PHONE = """\
  telefone:
    kind: voice
    secrets: [file:var/secrets/telefone.key]
    twilio: {account: AC1, token: "file:var/secrets/twilio", sender: "+5511999990000",
             public_url: "https://balcao.exemplo.com/hooks/telefone"}
    acknowledge: {by: telefone}
"""


async def told_of(folder, templates, *, letter="callback", hour=12, **call):
    """The acknowledgement of one missed call that comes at `hour` in São Paulo."""
    install(folder, templates=templates, rules=RULES.replace("LETTER", letter))
    settings = folder / "balcao.yaml"
    head = settings.read_text(encoding="utf-8").split("  telefone:")[0]
    settings.write_text(head + PHONE, encoding="utf-8")
    (folder / "var" / "secrets").mkdir(exist_ok=True)
    (folder / "var" / "secrets" / "twilio").write_text("segredo da conta", encoding="utf-8")
    house = await opened(folder)
    received = datetime(2026, 3, 2, hour, 0, tzinfo=ZoneInfo("America/Sao_Paulo")).astimezone(UTC)
    payload = json.dumps({"event": "missed", "call_id": "c", "from": ANA, "to": "1", **call}).encode()
    await house.journal.append(
        RawInteraction(channel="telefone", dedup_key="c", received_at=received, payload=payload, envelope={})
    )
    await house.work()
    (ticket,) = await house.tickets()
    await house.close()
    (answer,) = ticket["acknowledgements"]
    return answer


async def test_a_missed_caller_with_a_mobile_telephone_is_told_where_a_rule_says_so(tmp_path, sqlite_templates):
    answer = await told_of(tmp_path, sqlite_templates)

    assert (answer["channel"], answer["to"], answer["state"]) == ("telefone", ANA, "pending")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"hour": 22}, "night"),
        ({"hour": 7}, "night"),
        ({"hour": 22, "letter": "callback-any-hour"}, None),
        ({"letter": "none"}, "rule"),
        ({"from": "+551133334444"}, "this telephone takes no messages"),
        ({"from": "anonymous"}, "the number is withheld"),
        ({"from": "1001"}, "this telephone takes no messages"),
        ({"event": "ended", "talked_s": 9}, "the call was answered"),
        ({"direction": "outbound", "from": "1001", "to": ANA}, "we called"),
    ],
)
async def test_everybody_else_meets_silence_with_its_reason(tmp_path, sqlite_templates, given, reason):
    answer = await told_of(tmp_path, sqlite_templates, **given)

    assert (answer["state"], answer["reason"]) == ("pending" if reason is None else "silent", reason)
