"""The dispatcher: who is sent to once, again, later, or never. On a real SQLite ticket store."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import SendFailed
from domain.outgoing import SendState
from ingest.dispatch import Dispatcher
from ingest.supervise import Liveness, spawn
from ingest.telemetry import Metrics
from store import desk, outbox, queries
from store.engines import Database
from store.migrating import upgrade
from tests.samples import NOON, mail
from tests.samples_filing import acknowledged

LONG_AGO = NOON - timedelta(days=365)


def calm():
    event = asyncio.Event()
    event.set()
    return event


class ScriptedSender:
    """Raises or returns what the script says, one entry a message; remembers whom it was asked to send to."""

    def __init__(self, *script):
        self.script = list(script)
        self.sent = []

    async def send(self, message):
        self.sent.append(message.to)
        step = self.script.pop(0) if self.script else "remote-id"
        if isinstance(step, Exception):
            raise step
        return step

    async def close(self):
        pass


@pytest.fixture
async def store(tmp_path):
    url = f"sqlite:///{tmp_path / 'balcao.db'}"
    await upgrade(url, "desk")
    database = Database.open(url)
    yield database
    await database.close()


async def fill(store, count=1):
    def unit(connection):
        numbers = desk.allocate_numbers(connection, count)
        filings = [acknowledged(mail(identity=f"m{number}"), number) for number in numbers]
        desk.file(connection, filings, LONG_AGO, "2026-11-22T12")

    await store.write(unit)


async def answers(store, number=1):
    return (await store.read(lambda connection: queries.ticket(connection, number)))["acknowledgements"]


async def dispatch(store, sender, *, until, delays=(60.0,)):
    """Run a dispatcher until `await until()` holds."""
    dispatcher = Dispatcher(
        database=store, senders={"email": sender}, wake=asyncio.Event(), calm=calm(), metrics=Metrics(),
        liveness=Liveness(),
        concurrency=4, retry_delays=delays, poll=0.01,
    )  # fmt: skip
    task = spawn(dispatcher.run(), name="dispatcher under test")
    try:
        async with asyncio.timeout(10):
            while not await until():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def run_to(store, sender, state, **options):
    async def reached():
        return (await answers(store))[0]["state"] == state

    await dispatch(store, sender, until=reached, **options)
    return (await answers(store))[0]


async def test_a_pending_message_is_sent_once(store):
    await fill(store)
    sender = ScriptedSender()
    assert (await run_to(store, sender, "sent"))["state"] == "sent"
    assert sender.sent == ["ana@cliente.example"]


async def test_a_permanent_refusal_is_buried_with_its_reason(store):
    await fill(store)
    sender = ScriptedSender(SendFailed("550 no such user", permanent=True))
    answer = await run_to(store, sender, "failed")
    assert "550 no such user" in answer["reason"]
    assert len(sender.sent) == 1


async def test_a_temporary_refusal_is_tried_again_after_its_delay(store):
    await fill(store)
    sender = ScriptedSender(SendFailed("450 later", permanent=False), "remote")
    await run_to(store, sender, "sent", delays=(0.05, 0.05))
    assert len(sender.sent) == 2


async def test_after_the_last_delay_it_is_given_up(store):
    await fill(store)
    sender = ScriptedSender(*[SendFailed("450 later", permanent=False) for _ in range(9)])
    answer = await run_to(store, sender, "failed", delays=(0.01, 0.01))
    assert len(sender.sent) == 3
    assert "450 later" in answer["reason"]


async def test_an_automatic_message_whose_fate_is_unknown_is_not_repeated(store):
    await fill(store)
    sender = ScriptedSender(SendFailed("connection lost after the dot", permanent=False, outcome_unknown=True))
    await run_to(store, sender, "failed", delays=(0.01,))
    assert len(sender.sent) == 1


async def test_a_sender_with_a_bug_costs_its_message_only(store):
    await fill(store, count=3)
    sender = ScriptedSender(RuntimeError("bug"))

    async def all_decided():
        states = [(await answers(store, number))[0]["state"] for number in (1, 2, 3)]
        return not {"pending", "sending"} & set(states)

    await dispatch(store, sender, until=all_decided)
    states = sorted([(await answers(store, number))[0]["state"] for number in (1, 2, 3)])
    assert states == ["failed", "sent", "sent"]


async def test_what_a_dead_process_was_sending_is_not_sent_again(store):
    await fill(store)
    await store.write(lambda connection: outbox.claim(connection, 10, NOON))
    sender = ScriptedSender()
    answer = await run_to(store, sender, "failed")
    assert "interrupted" in answer["reason"]
    assert sender.sent == []


async def test_a_channel_that_is_gone_fails_its_messages(store):
    await fill(store)
    dispatcher_without_it = ScriptedSender()

    async def failed():
        return (await answers(store))[0]["state"] == "failed"

    dispatcher = Dispatcher(
        database=store, senders={"other": dispatcher_without_it}, wake=asyncio.Event(), calm=calm(), metrics=Metrics(),
        liveness=Liveness(), concurrency=4, retry_delays=(60.0,), poll=0.01,
    )  # fmt: skip
    task = spawn(dispatcher.run(), name="dispatcher under test")
    async with asyncio.timeout(10):
        while not await failed():
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    counts = await store.read(outbox.counts)
    assert counts[SendState.FAILED] == 1
