"""The journal's promises (`domain.ports.Journal`), the same on SQLite, PostgreSQL and RabbitMQ.

RabbitMQ is a node that the session starts (tests/rabbit.py); its archive is in SQLite here.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from domain.broker import parse_broker
from domain.raw import Fate, Outcome, RawInteraction, Receipt
from ingest.supervise import spawn
from store.journal import DatabaseJournal
from store.queue_journal import QueueJournal
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 5, 30, 1, 123456, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql", "rabbitmq"])
def engine(request):
    return request.param


@pytest.fixture
def backend(engine):
    return "sqlite" if engine == "rabbitmq" else engine


@pytest.fixture
async def another(engine, fresh_url, open_database, request):
    """A function: one more process at the same journal."""
    broker = request.getfixturevalue("rabbitmq") if engine == "rabbitmq" else None
    url, queue, opened = await fresh_url("journal"), f"balcao.{random.getrandbits(64):x}", []

    async def make(**options):
        database = await open_database(url)
        on_database = DatabaseJournal(database, spawn=spawn, **({} if broker else options))
        opened.insert(0, on_database)
        if broker is None:
            return on_database
        journal = QueueJournal(parse_broker(broker), queue=queue, kept=on_database, **options)
        opened.insert(0, journal)
        return journal

    yield make
    for journal in opened:
        await journal.close()


@pytest.fixture
async def journal(another):
    return await another()


def interaction(key="k", payload=b"Ol\xe1", **fields):
    values = {"channel": "suporte", "received_at": NOW, "envelope": {"mail_from": "ana@exemplo.com", "rcpt_to": ["ã"]}}
    return RawInteraction(dedup_key=key, payload=payload, **{**values, **fields})


def many(count):
    return [interaction(f"k{number}", f"payload {number}".encode()) for number in range(count)]


def done(entries, *tickets):
    return [Outcome(raw_id=entry.raw_id, fate=Fate.DONE, tickets=tickets) for entry in entries]


async def delivered(journal, count):
    """A broker brings what waits; a database has it."""
    if isinstance(journal, QueueJournal):
        async with asyncio.timeout(PATIENCE):
            await journal._inbox.attend()
            while journal._inbox.held < count:
                await asyncio.sleep(0.005)


async def claim(journal, limit, expected):
    """What a claim brings once `expected` entries can be had."""
    await delivered(journal, expected)
    return await journal.claim(limit)


async def dies(journal):
    """The process that has `journal` open is no more."""
    if isinstance(journal, QueueJournal):
        await journal._inbox.close()


async def test_what_is_appended_is_claimed_as_it_was(journal):
    given = interaction(payload=bytes(range(256)))
    receipt = await journal.append(given)
    [entry] = await claim(journal, 10, 1)
    assert entry.raw == given
    assert (entry.raw_id, entry.fate, entry.attempts) == (receipt.raw_id, Fate.CLAIMED, 1)


async def test_a_repetition_gets_the_first_receipt(journal):
    first = await journal.append(interaction())
    again = await journal.append(interaction(payload=b"other bytes"))
    assert not first.duplicate
    assert again == Receipt(raw_id=first.raw_id, duplicate=True)
    assert [entry.raw.payload for entry in await claim(journal, 10, 1)] == [b"Ol\xe1"]


async def test_repetitions_in_one_batch_get_the_first_receipt(journal):
    receipts = await asyncio.gather(*(journal.append(interaction()) for _ in range(5)))
    assert len({receipt.raw_id for receipt in receipts}) == 1
    assert [receipt.duplicate for receipt in receipts] == [False, True, True, True, True]


async def test_a_repetition_of_something_settled_is_still_known(journal):
    first = await journal.append(interaction())
    await journal.settle(done(await claim(journal, 1, 1)))
    assert await journal.append(interaction()) == Receipt(raw_id=first.raw_id, duplicate=True)
    assert list(await journal.claim(1)) == []


async def test_what_two_processes_accept_is_worked_on_once(another):
    """A database says so at once; a broker keeps both, and the second is found when it is claimed."""
    journals = [await another() for _ in range(2)]
    both = await asyncio.gather(*(journal.append(one) for one in many(40) for journal in journals))
    claimed = []
    async with asyncio.timeout(PATIENCE):
        while len(claimed) < 40 or (await journals[0].counts())[Fate.WAITING]:
            entries = await journals[0].claim(100)
            claimed += entries
            await journals[0].settle(done(entries, 7))
            await asyncio.sleep(0.005)
    assert sorted(entry.raw.dedup_key for entry in claimed) == sorted(one.dedup_key for one in many(40))
    told = [await journals[0].whereabouts(receipt.raw_id) for receipt in both]
    assert [(one.fate, one.ticket) for one in told] == [(Fate.DONE, 7)] * 80
    assert (await journals[0].counts())[Fate.DONE] == 40


async def test_oldest_first_and_no_more_than_asked(journal):
    receipts = [await journal.append(one) for one in many(5)]
    first = await claim(journal, 2, 5)
    rest = await claim(journal, 9, 3)
    assert [entry.raw_id for entry in (*first, *rest)] == [receipt.raw_id for receipt in receipts]
    assert len(first) == 2


async def test_two_processes_claim_disjoint_entries(another):
    journals = [await another() for _ in range(2)]
    await asyncio.gather(*map(journals[0].append, many(100)))
    claimed = []
    async with asyncio.timeout(PATIENCE):
        while len(claimed) < 100:
            claims = await asyncio.gather(*(journal.claim(10) for journal in journals))
            claimed += [entry.raw_id for claim in claims for entry in claim]
            await asyncio.sleep(0.005)
    assert len(claimed) == len(set(claimed)) == 100


async def test_the_attempt_of_a_process_that_died_is_counted(another):
    first = await another()
    receipt = await first.append(interaction())
    [entry] = await claim(first, 1, 1)
    assert entry.attempts == 1
    assert list(await first.claim(1)) == []
    await dies(first)
    second = await another()
    await second.recover()
    [entry] = await claim(second, 1, 1)
    assert (entry.raw_id, entry.attempts) == (receipt.raw_id, 2)


async def test_what_a_process_died_over_comes_alone(another):
    """Had it company, each time the process dies the whole batch would be suspected."""
    first = await another()
    await asyncio.gather(*map(first.append, many(2)))
    assert len(await claim(first, 5, 2)) == 2
    await dies(first)
    second = await another()
    await second.recover()
    await second.append(interaction("fresh"))
    await delivered(second, 3)
    sizes = [[entry.attempts for entry in await second.claim(9)] for _ in range(3)]
    assert sizes == [[2], [2], [1]]


async def test_a_crash_between_commit_and_settle_shows_the_entry_again(another):
    first = await another()
    await first.append(interaction())
    await claim(first, 1, 1)  # filed, committed; then the process dies before it settles
    await dies(first)
    second = await another()
    await second.recover()
    [entry] = await claim(second, 1, 1)
    await second.settle(done([entry], 7))
    assert (await second.get(entry.raw_id)).fate is Fate.DONE


@pytest.mark.parametrize("fate", [Fate.DONE, Fate.IGNORED, Fate.QUARANTINED, Fate.FAILED])
async def test_a_fate_is_kept_with_its_reason_and_tickets(journal, fate):
    await journal.append(interaction())
    [entry] = await claim(journal, 1, 1)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=fate, reason="so it is", tickets=(3, 4))])
    settled = await journal.get(entry.raw_id)
    assert (settled.fate, settled.reason) == (fate, "so it is")
    assert settled.settled_at is not None
    found = await journal.whereabouts(entry.raw_id)
    assert (found.fate, found.ticket, found.dedup_key, found.envelope) == (fate, 3, "k", entry.raw.envelope)


async def test_an_outcome_of_waiting_means_once_more(journal):
    await journal.append(interaction())
    [entry] = await claim(journal, 1, 1)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.WAITING, reason="KeyError")])
    [again] = await claim(journal, 1, 1)
    assert (again.attempts, again.reason, again.settled_at) == (2, "KeyError", None)


async def test_only_claimed_entries_are_settled(journal):
    receipt = await journal.append(interaction())
    await journal.settle([Outcome(raw_id=receipt.raw_id, fate=Fate.DONE)])
    assert (await journal.get(receipt.raw_id)).fate is Fate.WAITING
    assert (await journal.whereabouts(receipt.raw_id)).fate is Fate.WAITING
    assert len(await claim(journal, 9, 1)) == 1


@pytest.mark.parametrize(("uncount", "attempts"), [(True, 1), (False, 2)])
async def test_released_entries_wait_again(journal, uncount, attempts):
    await journal.append(interaction())
    [entry] = await claim(journal, 1, 1)
    await journal.release([entry.raw_id], uncount=uncount)
    [again] = await claim(journal, 1, 1)
    assert again.attempts == attempts


async def test_settled_entries_are_replayed_as_new(journal):
    receipts = [await journal.append(one) for one in many(3)]
    entries = await claim(journal, 2, 3)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.FAILED, reason="bug") for entry in entries])
    ids = [receipt.raw_id for receipt in receipts]
    assert await journal.replay([*ids, "unknown"]) == ids[:2]
    again = await claim(journal, 9, 3)
    assert [(entry.raw_id, entry.attempts, entry.reason) for entry in again[:2]] == [(one, 1, None) for one in ids[:2]]
    assert [entry.raw.payload for entry in again] == [one.payload for one in many(3)]


async def test_only_parked_entries_are_discarded(journal):
    await asyncio.gather(*map(journal.append, many(4)))
    entries = await claim(journal, 3, 4)
    fates = (Fate.QUARANTINED, Fate.FAILED, Fate.DONE)
    await journal.settle([Outcome(raw_id=e.raw_id, fate=fate) for e, fate in zip(entries, fates, strict=True)])
    ids = [entry.raw_id for entry in entries]
    assert await journal.discard(ids) == ids[:2]
    assert (await journal.counts())[Fate.DISCARDED] == 2


async def test_counts_name_every_fate(journal):
    await asyncio.gather(*map(journal.append, many(6)))
    await journal.settle(done(await claim(journal, 2, 6)))
    await journal.claim(1)
    assert await journal.counts() == {
        **dict.fromkeys(Fate, 0),
        Fate.DONE: 2,
        Fate.CLAIMED: 1,
        Fate.WAITING: 3,
    }
    open_ones = await journal.counts(over=False)
    assert open_ones.keys() == {*Fate} - {Fate.DONE}, "what takes a scan is left out"
    assert (open_ones[Fate.CLAIMED], open_ones[Fate.WAITING]) == (1, 3)


async def test_lists_are_newest_first_without_bodies(journal):
    receipts = [await journal.append(one) for one in many(3)]
    await journal.settle(done(await claim(journal, 1, 3)))
    everything = await journal.list(None, 10)
    assert [entry.raw_id for entry in everything] == [receipt.raw_id for receipt in reversed(receipts)]
    assert {entry.raw.payload for entry in everything} == {b""}
    assert [entry.raw_id for entry in await journal.list(Fate.WAITING, 1)] == [receipts[2].raw_id]
    assert [entry.raw_id for entry in await journal.list(Fate.DONE, 9)] == [receipts[0].raw_id]


async def test_the_oldest_waiting_entry_has_an_age(journal):
    assert await journal.oldest_waiting(NOW) is None
    await journal.append(interaction())
    await delivered(journal, 1)
    assert await journal.oldest_waiting(NOW + timedelta(minutes=3)) == timedelta(minutes=3)
    [entry] = await claim(journal, 1, 1)
    assert await journal.oldest_waiting(NOW + timedelta(minutes=4)) == timedelta(minutes=4), "nobody has finished it"
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.DONE)])
    assert await journal.oldest_waiting(NOW + timedelta(minutes=5)) is None


async def test_unknown_ids_are_none(journal):
    assert [await journal.get(unknown) for unknown in ("7" * 16, "f" * 16, "f" * 24, "", "+1", "1_0")] == [None] * 6
    assert await journal.whereabouts("7" * 16) is None


async def test_twenty_five_megabytes_are_kept(journal):
    payload = random.Random(1).randbytes(25_000_000)
    receipt = await journal.append(interaction(payload=payload))
    [entry] = await claim(journal, 1, 1)
    assert entry.raw.payload == payload
    assert entry.raw_id == receipt.raw_id


async def test_a_claim_brings_no_more_bytes_than_allowed_but_always_one_entry(another):
    journal = await another(most_bytes=1000)
    await asyncio.gather(*(journal.append(interaction(f"k{n}", b"x" * 600)) for n in range(3)))
    await journal.append(interaction("big", b"x" * 5000))
    await delivered(journal, 4)
    assert [len(await journal.claim(10)) for _ in range(5)] == [1, 1, 1, 1, 0]


async def test_a_journal_that_can_take_something_answers(journal):
    await journal.ping()
