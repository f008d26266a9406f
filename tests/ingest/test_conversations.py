"""One conversation, one ticket at a time, under concurrency and over days; on SQLite and PostgreSQL."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from config.settings import load
from domain.raw import Fate
from ingest.rulesets import compiled
from ingest.wiring_work import open_pipeline
from tests.pipeline import house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

CONVERSATIONS, MESSAGES, REPEATED = 200, 1000, 100
WORKERS, IN_FLIGHT, BATCH = 3, 2, 50
NO_BUDGET = "{per_address: 10000, per_domain: 10000, all: 10000}"


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    folder = tmp_path / "house"
    folder.mkdir()
    async with house_in(folder, templates=sqlite_templates, store=f'"{store}"', budgets=NO_BUDGET) as made:
        yield made


@pytest.fixture
async def workers(house):
    """Pipelines as that many worker processes have."""
    others = [open_pipeline(load(house.folder / "balcao.yaml")) for _ in range(WORKERS - 1)]
    yield [house.pipeline, *others]
    for other in others:
        await other._database.close()


async def work_together(house, workers):
    """Every worker has two batches under way, as when interactions pile up; until nothing waits."""
    rules, outcomes = compiled(house.source), []

    async def one_lane(pipeline):
        while entries := await house.journal.claim(BATCH):
            report = await pipeline.process(entries, rules)
            await house.journal.settle(report.outcomes)
            outcomes.extend(report.outcomes)

    await asyncio.gather(*(one_lane(pipeline) for pipeline in workers for _ in range(IN_FLIGHT)))
    return outcomes


def message(number):
    conversation = number % CONVERSATIONS
    return {
        "sender": {"id": f"v-{conversation}", "name": f"Bia {conversation}"},
        "conversation": f"c-{conversation}",
        "message_id": f"m-{number}",
        "text": f"mensagem {number}",
    }


async def test_a_thousand_messages_of_two_hundred_conversations_are_two_hundred_tickets(house, workers):
    """In random order, one in ten twice: half of those by the transport, half under a new webhook-id."""
    chance = random.Random(7)
    again = chance.sample(range(MESSAGES), REPEATED)
    sent = [(number, f"w-{number}") for number in range(MESSAGES)]
    sent += [(number, f"w-{number}" if turn % 2 else f"again-{number}") for turn, number in enumerate(again)]
    chance.shuffle(sent)
    receipts = [await house.json("site", message(number), webhook_id) for number, webhook_id in sent]
    assert sum(receipt.duplicate for receipt in receipts) == REPEATED // 2

    outcomes = await work_together(house, workers)
    tickets = await house.tickets()

    assert {outcome.fate for outcome in outcomes} == {Fate.DONE}
    assert len(outcomes) == MESSAGES + REPEATED // 2
    assert len(tickets) == CONVERSATIONS
    said = [one["text"] for ticket in tickets for one in ticket["messages"]]
    assert sorted(said) == sorted(f"mensagem {number}" for number in range(MESSAGES))
    assert {len({one["sender"]["address"] for one in ticket["messages"]}) for ticket in tickets} == {1}
    states = [answer["state"] for ticket in tickets for answer in ticket["acknowledgements"]]
    assert (states.count("pending"), states.count("silent")) == (CONVERSATIONS, MESSAGES - CONVERSATIONS)


async def aged(house, days):
    """As if everything so far had been said so long ago."""
    statement = text("UPDATE messages SET occurred_at = occurred_at - :time, received_at = received_at - :time")
    time = days * 86_400 * 1_000_000
    await house.database.write(lambda connection: connection.execute(statement, {"time": time}))


async def test_after_a_silence_many_workers_open_one_new_ticket_for_each_conversation(house, workers):
    """The race that matters most: all of them know the old ticket, and none may open a second new one."""
    for number in range(40):
        await house.json("site", message(number))
    await house.work()
    await aged(house, 2)
    for number in (number for turn in range(4) for number in range(turn * 200, turn * 200 + 40)):
        await house.json("site", {**message(number), "message_id": f"later-{number}"})
    await work_together(house, workers)

    tickets = await house.tickets()
    assert len(tickets) == 80
    assert [len(ticket["messages"]) for ticket in tickets] == [1] * 40 + [4] * 40
    for ticket in tickets[40:]:
        (old,) = ticket["links"]
        assert old <= 40
        assert [answer["state"] for answer in ticket["acknowledgements"]].count("pending") == 1
        assert {one["sender"]["address"] for one in ticket["messages"]} == {
            one["sender"]["address"] for one in tickets[old - 1]["messages"]
        }


async def test_an_agents_reply_breaks_the_silence(house):
    await house.chat("o pedido não chegou")
    await house.work()
    await aged(house, 2)
    now = datetime.now(UTC)
    statement = text(
        "UPDATE messages SET occurred_at = :at, direction = 'out', identity = 'out:1' WHERE id = "
        "(SELECT max(id) FROM messages)"
    )
    await house.chat("ele vem amanhã", sent_at=(now - timedelta(days=2)).isoformat())
    await house.work()
    at = int(now.timestamp() * 1_000_000)
    await house.database.write(lambda connection: connection.execute(statement, {"at": at}))
    await house.chat("obrigada")
    await house.work()

    (ticket,) = await house.tickets()
    assert len(ticket["messages"]) == 3


async def test_what_waited_for_us_was_no_silence(house):
    """Two days without us: an hour lies between the customer's messages, and that is what counts."""
    begun = datetime.now(UTC) - timedelta(days=2)
    await house.chat("oi", sent_at=begun.isoformat())
    await house.work()
    await house.chat("ainda aí?", sent_at=(begun + timedelta(hours=1)).isoformat())
    await house.work()

    assert len(await house.tickets()) == 1
