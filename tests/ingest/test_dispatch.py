"""The dispatcher: who is sent to once, again, later, or never. On a real SQLite ticket store."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from config.settings import Dispatch
from domain.errors import SendFailed
from domain.outgoing import SendState
from ingest.dispatch import Dispatcher
from ingest.metrics import Metrics
from ingest.supervise import Liveness, spawn
from store import desk, outbox, queries
from store.attachments import AttachmentFiles
from store.engines import Database
from store.migrating import upgrade
from store.moments import from_micros
from tests import patience
from tests.samples import NOON, mail
from tests.samples_filing import acknowledged

LONG_AGO = NOON - timedelta(days=365)


def files_of(store):
    return AttachmentFiles(store.file.parent / "attachments")


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


async def dispatch(store, sender, *, until, delays=(60.0,), grace=0.0, **options):
    """Run a dispatcher until `await until()` holds; what is under way then has `grace` seconds."""
    dispatcher = Dispatcher(
        database=store, files=files_of(store), senders={"email": sender},
        wake=asyncio.Event(), calm=calm(), metrics=Metrics(),
        liveness=options.pop("liveness", None) or Liveness(),
        concurrency=4, per_destination=2, retry_delays=delays, poll=0.01, **options,
    )  # fmt: skip
    task = spawn(dispatcher.run(), name="dispatcher under test")
    try:
        await patience.until(until)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if grace:
            await dispatcher.drain(grace)


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
    await store.write(lambda connection: outbox.claim(connection, 10, NOON, busy={}, per_destination=10))
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
        database=store, files=files_of(store), senders={"other": dispatcher_without_it},
        wake=asyncio.Event(), calm=calm(), metrics=Metrics(),
        liveness=Liveness(), concurrency=4, per_destination=2, retry_delays=(60.0,), poll=0.01,
    )  # fmt: skip
    task = spawn(dispatcher.run(), name="dispatcher under test")
    await patience.until(failed)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    counts = await store.read(outbox.counts)
    assert counts[SendState.FAILED] == 1


class Blocking:
    """Never answers for one domain, at once for others; remembers who is being served at the same time."""

    def __init__(self, slow):
        self.slow, self.sent, self.waiting, self.most = slow, [], 0, 0
        self.over = asyncio.Event()

    async def send(self, message):
        if message.destination == self.slow:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            await self.over.wait()
            self.waiting -= 1
        self.sent.append(message.to)
        return ""

    async def close(self):
        pass


async def fill_for(store, addresses):
    def unit(connection):
        numbers = desk.allocate_numbers(connection, len(addresses))
        filings = [
            acknowledged(mail(identity=f"m{n}", sender=address), n)
            for n, address in zip(numbers, addresses, strict=True)
        ]
        desk.file(connection, filings, LONG_AGO, "2026-11-22T12")

    await store.write(unit)


async def test_a_slow_destination_holds_up_nobody_else(store):
    """Thirty older messages wait for it; those of others pass."""
    await fill_for(store, [f"u{n}@lento.example" for n in range(30)] + [f"a@rapido{n}.example" for n in range(10)])
    sender = Blocking("lento.example")

    async def others_served():
        return len(sender.sent) == 10

    await dispatch(store, sender, until=others_served)
    assert sender.most == 2
    assert all("rapido" in to for to in sender.sent)


async def test_once_it_answers_again_nothing_of_it_is_left(store):
    await fill_for(store, [f"u{n}@lento.example" for n in range(7)])
    sender = Blocking("lento.example")
    sender.over.set()

    async def all_sent():
        return (await store.read(outbox.counts))[SendState.SENT] == 7

    await dispatch(store, sender, until=all_sent)
    assert sorted(sender.sent) == [f"u{n}@lento.example" for n in range(7)]


class Clock:
    def __init__(self, moment):
        self.moment = moment

    def __call__(self):
        return self.moment


async def test_a_relay_that_is_away_for_five_days_loses_nothing(store):
    """The shipped delays, by a clock that jumps to when the next try is due."""
    delays = Dispatch().retry_delays
    assert sum(delays) >= timedelta(days=5).total_seconds()
    await fill(store, count=3)
    clock = Clock(datetime.now(UTC))
    away_until = clock.moment + timedelta(days=5)

    class Away:
        tries = 0
        sent = 0

        async def send(self, message):
            del message
            if clock.moment < away_until:
                self.tries += 1
                raise SendFailed("the relay cannot be reached", permanent=False)
            self.sent += 1
            return ""

        async def close(self):
            pass

    sender = Away()

    async def all_sent():
        rows = text("SELECT min(not_before) FROM outbox WHERE state = 'pending'")
        due = await store.read(lambda connection: connection.execute(rows).scalar())
        sending = (await store.read(outbox.counts))[SendState.SENDING]
        if due is not None and not sending:
            clock.moment = max(clock.moment, from_micros(due))
        return (await store.read(outbox.counts))[SendState.SENT] == 3

    await dispatch(store, sender, until=all_sent, delays=delays, now=clock)
    assert sender.sent == 3
    assert sender.tries == 3 * len(delays)


class Absent:
    """Away until `back`; the moments by `clock` at which it was tried, and to whom it sent."""

    def __init__(self, clock, back):
        self.clock, self.back, self.tries, self.sent = clock, back, [], []

    async def send(self, message):
        if self.clock.moment < self.back:
            self.tries.append(self.clock.moment)
            raise SendFailed("the relay cannot be reached", permanent=False, away=True)
        self.sent.append(message.to)
        return ""

    async def close(self):
        pass


async def fill_now(store, count):
    """As `fill`, each for another domain, and written just now."""

    def unit(connection):
        numbers = desk.allocate_numbers(connection, count)
        filings = [acknowledged(mail(identity=f"m{n}", sender=f"u{n}@d{n}.example"), n) for n in numbers]
        desk.file(connection, filings, datetime.now(UTC), "2026-11-22T12")

    await store.write(unit)


async def test_a_relay_that_is_away_is_asked_now_and_then_and_when_it_is_back_everything_goes_at_once(store):
    """A day of it, by a clock: no message pays with its own attempts, and none waits for its own next turn."""
    await fill_now(store, 30)
    clock = Clock(datetime.now(UTC))
    sender = Absent(clock, clock.moment + timedelta(days=1))

    async def all_sent():
        clock.moment += timedelta(minutes=15)
        return len(sender.sent) == 30

    await dispatch(store, sender, until=all_sent, delays=Dispatch().retry_delays, now=clock)
    assert sorted(sender.sent) == sorted(f"u{n}@d{n}.example" for n in range(1, 31))
    assert len(set(sender.tries)) > 3
    assert len(sender.tries) < 24 * 60 / 15 + 20
    assert clock.moment - sender.back < timedelta(hours=6)
    attempts = text("SELECT DISTINCT attempts FROM outbox")
    assert await store.read(lambda connection: connection.execute(attempts).scalars().all()) == [1]


async def test_what_waited_for_a_relay_longer_than_all_delays_is_given_up(store):
    await fill(store)
    sender = Absent(Clock(NOON), NOON + timedelta(days=1))

    answer = await run_to(store, sender, "failed", delays=(60.0,))
    assert "cannot be reached" in answer["reason"]


async def test_a_peer_that_is_away_shows_and_holds_up_no_other_channel(store):
    await fill_now(store, 8)
    await store.write(lambda connection: connection.execute(text("UPDATE outbox SET channel = 'chat' WHERE id > 4")))
    clock = Clock(datetime.now(UTC))
    away, there, liveness = Absent(clock, clock.moment + timedelta(hours=1)), ScriptedSender(), Liveness()
    states = []
    dispatcher = Dispatcher(
        database=store, files=files_of(store), senders={"email": away, "chat": there}, wake=asyncio.Event(),
        calm=calm(), metrics=Metrics(), liveness=liveness, concurrency=1, per_destination=2, retry_delays=(9999.0,),
        poll=0.01, now=clock,
    )  # fmt: skip
    task = spawn(dispatcher.run(), name="dispatcher under test")
    await patience.until(lambda: len(there.sent) >= 4)
    states.append(liveness.parts["email/sending"].state)
    clock.moment += timedelta(hours=2)
    await patience.until(lambda: len(away.sent) >= 4)
    states.append(liveness.parts["email/sending"].state)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert states == ["down", "up"]
    assert len(away.tries) == 1


async def test_a_message_whose_file_is_gone_is_not_sent_without_it(store):
    await fill(store)
    await store.write(lambda connection: connection.execute(text("UPDATE outbox SET message = 1")))
    row = "INSERT INTO attachments VALUES (1, 0, :sha, 'nota.pdf', NULL, 'application/pdf', 3, 0, NULL)"
    await store.write(lambda connection: connection.execute(text(row), {"sha": "0" * 64}))
    sender = ScriptedSender()

    answer = await run_to(store, sender, "failed")
    assert "nota.pdf" in answer["reason"]
    assert sender.sent == []


async def test_the_wait_that_a_peer_asks_for_is_obeyed(store):
    await fill(store)
    sender = ScriptedSender(SendFailed("429", permanent=False, retry_after=900))

    async def deferred():
        return (await answers(store))[0]["reason"] == "429"

    await dispatch(store, sender, until=deferred, delays=(1.0,), now=lambda: NOON)

    due = await store.read(lambda c: from_micros(c.execute(text("SELECT not_before FROM outbox")).scalar_one()))
    assert due == NOON + timedelta(seconds=900)


async def test_while_we_are_refused_nothing_is_given_up_and_the_part_is_down(store):
    await fill(store)
    refusal = SendFailed("190 Invalid OAuth access token", permanent=False, credentials=True)
    sender, liveness = ScriptedSender(refusal, refusal, refusal), Liveness()
    clock = iter(range(1000))
    later = lambda: NOON + timedelta(minutes=6 * next(clock))  # noqa: E731 - each look at the clock finds it later

    await run_to(store, sender, "sent", delays=(1.0,), now=later, liveness=liveness)

    assert len(sender.sent) == 4
    assert liveness.parts["email/sending"].state == "up"
