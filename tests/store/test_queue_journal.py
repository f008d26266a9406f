"""What is RabbitMQ's own about the journal: doubles of other nodes, dead letters, alarms, refusals, a lost archive."""

import asyncio
import random
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest

from domain.broker import parse_broker
from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.raw import Fate, Outcome
from ingest.supervise import spawn
from store import queue_claims, queue_heads, queue_outbox
from store.journal import DatabaseJournal
from store.queue_check import examine
from store.queue_entries import encode
from store.queue_journal import QueueJournal
from store.queue_recent import Recent
from store.queues import LARGE, QueueRefused, Queues
from tests.patience import until
from tests.store.test_journal_contract import NOW, claim, delivered, done, interaction, many


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def queue():
    return f"balcao.{random.getrandbits(64):x}"


@pytest.fixture
async def another(rabbitmq, queue, fresh_url, open_database):
    """A function: one more process at the same journal, and at the same archive."""
    url, opened = await fresh_url("journal"), []

    async def make(address=rabbitmq, **options):
        kept = DatabaseJournal(await open_database(url), spawn=spawn)
        journal = QueueJournal(parse_broker(address), queue=queue, kept=kept, **options)
        opened.extend([kept, journal])
        return journal

    yield make
    for journal in reversed(opened):
        await journal.close()


@pytest.fixture
async def journal(another):
    return await another()


@pytest.fixture
async def channel(rabbitmq):
    """Somebody else at the broker."""
    connection = await aio_pika.connect(rabbitmq)
    async with connection:
        yield await connection.channel()


async def worked(journal):
    """Everything that can be had now is claimed and done; the entries."""
    entries = await journal.claim(100)
    await journal.settle(done(entries))
    return entries


def away(journal):
    """The archive answers nobody."""

    async def refuse(_):
        raise StoreUnavailable("the database cannot be used now")

    database = journal._archive._database
    kept = database.write, database.read
    database.write = database.read = refuse
    return lambda: (setattr(database, "write", kept[0]), setattr(database, "read", kept[1]))


# Accepting


async def test_nothing_is_promised_before_the_broker_confirms(journal, monkeypatch):
    monkeypatch.setattr(queue_outbox, "CONFIRM_TIMEOUT", 0.3)
    await journal.append(interaction("before"))
    channel = await journal._outbox._link.channel()
    underlay = await channel.get_underlay_channel()
    monkeypatch.setattr(underlay, "_on_confirm_frame", lambda _: asyncio.sleep(0))
    with pytest.raises(IntakeUnavailable, match="confirms nothing"):
        await journal.append(interaction("silent"))
    assert not (await journal.append(interaction("after"))).duplicate
    assert journal._outbox._link._channel is not channel, "the next one goes to another node"


async def test_accepting_needs_no_database(another):
    accepting, working = await another(), await another()
    mend = away(accepting)
    receipts = await asyncio.gather(*map(accepting.append, many(3)))
    await accepting.ping()
    assert await accepting.counts() == {Fate.WAITING: 3}
    assert await accepting.oldest_waiting(NOW) is None
    mend()
    assert [entry.raw_id for entry in await claim(working, 9, 3)] == [receipt.raw_id for receipt in receipts]


async def test_a_broker_that_refuses_is_no_promise(journal, rabbitmq_node, queue):
    """A queue that is full by somebody's policy answers with a nack."""

    async def refusal():
        try:
            await journal.append(interaction(f"more {random.random()}"))
        except IntakeUnavailable as error:
            return error
        return None

    await journal.append(interaction("first"))
    pattern = f"^{queue.replace('.', '[.]')}$"
    rabbitmq_node.ctl("set_policy", "full", pattern, '{"max-length": 1}', "--apply-to", "queues")
    try:
        assert "refuses to keep" in str(await until(refusal))
    finally:
        rabbitmq_node.ctl("clear_policy", "full")
    assert not (await journal.append(interaction("again"))).duplicate


async def test_a_queue_that_was_deleted_is_made_again(journal, channel, queue):
    await journal.append(interaction("first"))
    await channel.queue_delete(queue)
    with pytest.raises(IntakeUnavailable):
        await journal.append(interaction("nowhere"))
    assert not (await journal.append(interaction("nowhere"))).duplicate


async def test_an_alarm_of_the_broker_refuses_at_once_and_is_over_by_itself(journal, rabbitmq_node, monkeypatch):
    monkeypatch.setattr(queue_outbox, "CONFIRM_TIMEOUT", 1.0)
    await journal.append(interaction("before"))
    alarm = "{{resource_limit, memory, node()}, []}"
    rabbitmq_node.evaluate(f"rabbit_alarm:set_alarm({alarm}).")
    try:
        for number in range(3):
            with pytest.raises(IntakeUnavailable, match="takes nothing now"):
                await journal.append(interaction(f"during {number}"))
        with pytest.raises(IntakeUnavailable, match="takes nothing now"):
            await journal.ping()
    finally:
        rabbitmq_node.evaluate("rabbit_alarm:clear_alarm({resource_limit, memory, node()}).")

    async def taken():
        try:
            return await journal.append(interaction("after"))
        except IntakeUnavailable:
            return None

    assert await until(taken)


async def test_an_entry_larger_than_the_broker_takes_is_refused_for_now(journal, rabbitmq_node):
    rabbitmq_node.evaluate("application:set_env(rabbit, max_message_size, 1000000).")
    await journal.append(interaction("before"))
    try:
        with pytest.raises(IntakeUnavailable, match="size"):
            await journal.append(interaction("large", bytes(1_100_000)))
    finally:
        rabbitmq_node.evaluate("application:set_env(rabbit, max_message_size, 134217728).")
    assert not (await journal.append(interaction("after"))).duplicate


async def test_nobody_answers(another):
    journal = await another("amqp://127.0.0.1:1,127.0.0.1:2")
    for _ in range(2):
        with pytest.raises(IntakeUnavailable, match="cannot be reached") as told:
            await journal.append(interaction())
        assert "127.0.0.1:1" in told.value.detail
    with pytest.raises(IntakeUnavailable):
        await journal.claim(1)


async def test_another_host_is_tried(another, rabbitmq):
    host = rabbitmq.removeprefix("amqp://")
    journal = await another(f"amqp://127.0.0.1:1,{host},127.0.0.1:2")
    assert not (await journal.append(interaction())).duplicate


@pytest.mark.parametrize("url", ["amqp://stranger:secret@{host}", "amqp://guest:guest@{host}/nowhere"])
async def test_a_login_or_virtual_host_that_is_refused_is_a_persons_matter(another, rabbitmq, url):
    host = rabbitmq.removeprefix("amqp://")
    journal = await another(url.format(host=host))
    with pytest.raises(QueueRefused, match="virtual host") as told:
        await journal.connect()
    assert "secret" not in str(told.value) + told.value.detail
    with pytest.raises(IntakeUnavailable):
        await journal.append(interaction())


async def test_a_user_needs_no_more_than_the_documented_rights(another, rabbitmq, rabbitmq_node, queue):
    """docs/clusters.md; without them the queue is named."""
    rabbitmq_node.ctl("add_user", queue, "segredo")
    address = rabbitmq.replace("amqp://", f"amqp://{queue}:segredo@")
    own = f"^{queue.replace('.', '[.]')}"
    rabbitmq_node.ctl("set_permissions", queue, "^$", "^$", "^$")
    with pytest.raises(QueueRefused, match="may not be used") as told:
        await (await another(address)).connect()
    assert told.value.why == "access"
    with pytest.raises(QueueRefused, match="may not write"):
        await examine(parse_broker(address), queue, tls=None, largest=1)
    rabbitmq_node.ctl("set_permissions", queue, own, f"({own}|^amq[.]default)", own)
    journal = await another(address)
    await journal.append(interaction())
    await journal.settle(done(await claim(journal, 1, 1)))
    await journal.ping()


async def test_a_queue_of_somebody_elses_is_a_persons_matter(journal, channel, queue):
    await channel.declare_queue(queue, durable=True)
    with pytest.raises(QueueRefused, match="other properties") as told:
        await journal.connect()
    assert (told.value.why, told.value.about) == ("properties", queue)
    assert "inequivalent arg" in told.value.detail


# Working


async def test_what_lies_in_the_queue_and_is_not_ours_is_quarantined_with_its_bytes(journal, channel, queue):
    await journal.append(interaction("before"))
    for body, message_id in ((b"what is this", None), (b"\xff\n\x00", "7" * 16)):
        await channel.default_exchange.publish(aio_pika.Message(body, message_id=message_id), routing_key=queue)
    await delivered(journal, 3)
    entries = [entry.raw.dedup_key for _ in range(3) for entry in await journal.claim(9)]
    assert entries == ["before"]
    parked = await journal.list(Fate.QUARANTINED, 9)
    assert {(await journal.get(one.raw_id)).raw.payload for one in parked} == {b"what is this", b"\xff\n\x00"}
    assert all("damaged in the queue" in one.reason for one in parked)
    assert (await journal.counts())[Fate.WAITING] == 0


async def test_a_flipped_byte_is_noticed(journal, channel, queue):
    await journal.connect()
    broken = encode(interaction(payload=b"Ola")).replace(b"Ola", b"Olb")
    await channel.default_exchange.publish(aio_pika.Message(broken, message_id="7" * 16), routing_key=queue)
    await delivered(journal, 1)
    assert list(await journal.claim(9)) == []
    assert "checksum" in (await journal.get("7" * 16)).reason


async def test_what_the_broker_gives_up_is_in_quarantine_and_can_be_retried(
    journal, rabbitmq, channel, queue, monkeypatch
):
    """Delivered to a consumer that dies over it, again and again, and never claims it."""
    monkeypatch.setattr("store.queues.DELIVERY_LIMIT", 3)
    receipt = await journal.append(interaction())
    for _ in range(4):
        connection = await aio_pika.connect(rabbitmq)
        dying = await (await connection.channel()).get_queue(queue)
        message = await until(partial_get(dying))
        assert message.message_id == receipt.raw_id
        await connection.close()

    async def buried():
        await journal.claim(9)
        return await journal.list(Fate.QUARANTINED, 9)

    [entry] = await until(buried)
    assert (entry.raw_id, entry.raw.channel) == (receipt.raw_id, "suporte")
    assert "dead letter" in entry.reason
    assert (await journal.counts())[Fate.QUARANTINED] == 1
    assert await journal.replay([receipt.raw_id]) == [receipt.raw_id]
    [again] = await claim(journal, 9, 1)
    assert (again.attempts, again.raw.payload) == (1, b"Ol\xe1")


def partial_get(queue):
    async def get():
        return await queue.get(fail=False)

    return get


async def test_being_delivered_and_not_claimed_is_no_attempt(another):
    first = await another()
    await asyncio.gather(*map(first.append, many(5)))
    await delivered(first, 5)
    assert len(await first.claim(1)) == 1
    await first._inbox.close()
    second = await another()
    await delivered(second, 5)
    batches = [[entry.attempts for entry in await second.claim(9)] for _ in range(2)]
    assert batches == [[2], [1, 1, 1, 1]]


async def test_entries_given_back_over_and_over_are_not_suspected(journal):
    """The ticket database is away: claimed, released, claimed, …"""
    await journal.append(interaction())
    for _ in range(5):
        [entry] = await claim(journal, 1, 1)
        assert entry.attempts == 1
        await journal.release([entry.raw_id], uncount=True)


async def test_without_the_archive_nothing_is_claimed_and_nothing_lost(journal, monkeypatch):
    monkeypatch.setattr(queue_claims, "PATIENCE", 0.1)
    receipt = await journal.append(interaction())
    await delivered(journal, 1)
    mend = away(journal)
    for _ in range(3):
        with pytest.raises(IntakeUnavailable):
            await journal.claim(1)
        await asyncio.sleep(0.1)
    assert not journal._inbox._link.is_up, "it went back to the broker, which allows nobody half an hour"
    await journal.release([receipt.raw_id], uncount=True)
    mend()

    async def claimed():
        return await journal.claim(1)

    [entry] = await until(claimed)
    assert (entry.raw_id, entry.attempts) == (receipt.raw_id, 1)


async def test_a_connection_lost_between_claim_and_settle_doubles_nothing(journal):
    await journal.append(interaction())
    [entry] = await claim(journal, 1, 1)
    await journal._inbox._link.let_go()
    await journal._inbox.attend()
    await asyncio.sleep(0.2)
    assert list(await journal.claim(9)) == [], "it is still in our hands"
    await journal.settle(done([entry], 7))
    assert (await journal.get(entry.raw_id)).fate is Fate.DONE
    await journal._inbox._link.let_go()
    for _ in range(20):
        assert list(await journal.claim(9)) == []
        await asyncio.sleep(0.01)
    assert (await journal.counts())[Fate.WAITING] == 0


async def test_a_replay_that_did_not_reach_the_queue_can_be_replayed_again(journal, monkeypatch):
    await journal.append(interaction())
    [entry] = await claim(journal, 1, 1)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.FAILED, reason="bug")])

    async def lost(*_):
        raise IntakeUnavailable("the broker went away")

    with monkeypatch.context() as patch:
        patch.setattr(journal._outbox, "publish", lost)
        with pytest.raises(IntakeUnavailable):
            await journal.replay([entry.raw_id])
    assert await journal.replay([entry.raw_id]) == [entry.raw_id]
    [again] = await claim(journal, 1, 1)
    assert again.raw_id == entry.raw_id


async def test_large_entries_wait_apart_and_are_worked_on_in_their_turn(journal, queue):
    keys = ["a", "b", "c"]
    sizes = [10, LARGE, 10]
    for key, size in zip(keys, sizes, strict=True):
        await journal.append(interaction(key, bytes(size)))
    assert await journal._outbox.depths() == {queue: 2, f"{queue}.large": 1, f"{queue}.dead": 0}
    assert [entry.raw.dedup_key for entry in await claim(journal, 9, 3)] == keys


async def test_two_ids_of_one_nanosecond_lose_nothing(another):
    first, second = await another(), await another()
    for journal in (first, second):
        journal._ids._newest = 1 << 62
    receipts = [await first.append(interaction("a")), await second.append(interaction("b"))]
    assert receipts[0].raw_id == receipts[1].raw_id
    worker = await another()
    keys = []

    async def claimed():
        keys.extend([entry.raw.dedup_key for entry in await worker.claim(9)])
        return len(keys) == 2

    await until(claimed)
    assert sorted(keys) == ["a", "b"]


# Asking


async def test_a_receipt_of_another_node_is_not_denied_while_it_may_wait(another):
    accepting, asked = await another(), await another()
    receipt = await accepting.append(interaction())
    assert (await accepting.whereabouts(receipt.raw_id)).fate is Fate.WAITING
    with pytest.raises(IntakeUnavailable, match="may still wait"):
        await asked.whereabouts(receipt.raw_id)
    await claim(asked, 1, 1)
    assert (await asked.whereabouts(receipt.raw_id)).fate is Fate.CLAIMED


async def test_what_a_worker_holds_is_known_to_the_others(another):
    working, asking = await another(clock=lambda: NOW), await another(clock=lambda: NOW)
    early = replace(interaction("early"), received_at=NOW - timedelta(minutes=9))
    await working.append(early)
    await asyncio.gather(*map(working.append, many(5)))
    await delivered(working, 6)
    first = await working.claim(1)
    assert [entry.raw.dedup_key for entry in first] == ["early"]
    assert (await asking.counts())[Fate.WAITING] == 5
    assert await asking.oldest_waiting(NOW) == timedelta(minutes=9), "it is claimed, and not finished"
    claimed = [*first, *await working.claim(9), *await working.claim(9)]
    assert (await asking.counts())[Fate.WAITING] == 0
    assert await asking.oldest_waiting(NOW) == timedelta(minutes=9)
    await working.settle([Outcome(raw_id=entry.raw_id, fate=Fate.DONE) for entry in claimed[:1]])
    assert await asking.oldest_waiting(NOW) == timedelta(0)
    await working.settle([Outcome(raw_id=entry.raw_id, fate=Fate.DONE) for entry in claimed[1:]])
    assert await asking.oldest_waiting(NOW) is None


async def test_the_age_is_told_when_no_worker_is_there(another):
    time = [NOW]
    journal = await another(clock=lambda: time[0])
    await journal.claim(1)
    await journal._inbox.close()
    time[0] += timedelta(hours=2)
    other = await another(clock=lambda: time[0])
    assert await other.oldest_waiting(time[0]) is None
    await other.append(interaction())

    async def waits():
        return (await other.counts())[Fate.WAITING]

    assert await until(waits) == 1
    assert await other.oldest_waiting(time[0]) == timedelta(hours=2)


def test_the_last_entries_are_remembered_and_no_more():
    recent = Recent(most=2)
    for number, one in enumerate(many(3)):
        recent.remember(str(number), one)
    assert [recent.id_of(f"k{number}") for number in range(3)] == [None, "1", "2"]
    assert recent.find("0") is None
    assert recent.find("2").payload == b""


def test_heads_of_the_dead_do_not_count():
    now = datetime(2026, 11, 27, tzinfo=UTC)
    heads = [
        queue_heads.Head("a", 5, now - timedelta(minutes=7), now - timedelta(seconds=5)),
        queue_heads.Head("b", 9, now - timedelta(hours=7), now - timedelta(hours=1)),
    ]
    assert queue_heads.held(heads, now) == 5
    assert queue_heads.oldest(heads, now) == now - timedelta(minutes=7)
    assert queue_heads.oldest(heads[1:], now) == now - timedelta(hours=1)
    assert queue_heads.oldest([], now) is None


def test_dead_letters_go_to_a_queue_that_loses_none():
    queues = Queues("q")
    for name in ("q", "q.large"):
        arguments = queues.arguments(name)
        assert arguments["x-dead-letter-routing-key"] == "q.dead"
        assert (arguments["x-dead-letter-strategy"], arguments["x-overflow"]) == ("at-least-once", "reject-publish")
    assert {queues.arguments(name)["x-queue-type"] for name in queues.all} == {"quorum"}


# TLS


async def test_an_encrypted_connection_is_checked_against_its_authority(another, rabbitmq_tls):
    address, authority = rabbitmq_tls
    trusting = await another(address, tls=ssl.create_default_context(cafile=authority))
    assert not (await trusting.append(interaction("over TLS"))).duplicate
    doubting = await another(address, tls=ssl.create_default_context())
    with pytest.raises(IntakeUnavailable, match="cannot be reached") as told:
        await doubting.append(interaction())
    assert "certificate" in told.value.detail.lower()


async def test_what_is_from_before_may_be_hidden_until_every_worker_has_told(another):
    """In a queue, at a worker, or at one that has not told since. What is claimed lies in the archive."""
    later = NOW + timedelta(seconds=2)
    accepting, working = await another(clock=lambda: later), await another(clock=lambda: later)
    for number in range(2):
        await accepting.append(replace(interaction(f"hers {number}"), received_at=NOW - timedelta(seconds=1)))
    await until(lambda: accepting.may_hide(NOW))
    await delivered(working, 2)
    await claim(working, 1, 1)
    assert await working.may_hide(NOW)
    assert await accepting.may_hide(NOW)

    await claim(working, 1, 1)
    assert not await working.may_hide(NOW)
    assert not await accepting.may_hide(NOW)
    assert await accepting.may_hide(later)  # nobody has told since
