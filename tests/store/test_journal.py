"""The journal's promises, on both databases."""

import asyncio
import random
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.raw import Fate, Outcome, RawInteraction, Receipt
from store import records
from store.journal_schema import raw, raw_payloads
from store.raw_ids import RawIds

NOW = datetime(2026, 11, 22, 5, 30, 1, 123456, tzinfo=UTC)


def interaction(key="k", payload=b"Ol\xe1", **fields):
    values = {"channel": "suporte", "received_at": NOW, "envelope": {"mail_from": "ana@exemplo.com", "rcpt_to": ["ã"]}}
    return RawInteraction(dedup_key=key, payload=payload, **{**values, **fields})


def many(count):
    return [interaction(f"k{number}", f"payload {number}".encode()) for number in range(count)]


def done(entries, *tickets):
    return [Outcome(raw_id=entry.raw_id, fate=Fate.DONE, tickets=tickets) for entry in entries]


@pytest.fixture
def database(journal):
    return journal._database


async def scalar(database, query):
    return await database.read(lambda connection: connection.execute(query).scalar())


async def test_what_is_appended_is_claimed_as_it_was(journal):
    given = interaction(payload=bytes(range(256)))
    receipt = await journal.append(given)
    [entry] = await journal.claim(10)
    assert entry.raw == given
    assert (entry.raw_id, entry.fate, entry.attempts) == (receipt.raw_id, Fate.CLAIMED, 1)


async def test_fifty_at_once_share_one_commit(journal, database):
    commits = []
    original = database.write

    async def counted(unit):
        commits.append(unit)
        return await original(unit)

    database.write = counted
    receipts = await asyncio.gather(*map(journal.append, many(50)))
    assert len({receipt.raw_id for receipt in receipts}) == 50
    assert len(commits) == 1


async def test_a_repetition_gets_the_first_receipt(journal):
    first = await journal.append(interaction())
    again = await journal.append(interaction(payload=b"other bytes"))
    assert not first.duplicate
    assert again == Receipt(raw_id=first.raw_id, duplicate=True)
    assert [entry.raw.payload for entry in await journal.claim(10)] == [b"Ol\xe1"]


async def test_repetitions_in_one_batch_get_the_first_receipt(journal):
    receipts = await asyncio.gather(*(journal.append(interaction()) for _ in range(5)))
    assert len({receipt.raw_id for receipt in receipts}) == 1
    assert [receipt.duplicate for receipt in receipts] == [False, True, True, True, True]


async def test_a_repetition_of_something_settled_is_still_known(journal):
    first = await journal.append(interaction())
    await journal.settle(done(await journal.claim(1)))
    assert await journal.append(interaction()) == Receipt(raw_id=first.raw_id, duplicate=True)
    assert list(await journal.claim(1)) == []


async def test_two_processes_that_append_the_same_key_keep_one(open_journal, open_database, fresh_url):
    url = await fresh_url("journal")
    journals = [await open_journal(await open_database(url)) for _ in range(2)]
    both = await asyncio.gather(*(journal.append(one) for one in many(40) for journal in journals))
    assert len({receipt.raw_id for receipt in both}) == 40
    assert sum(receipt.duplicate for receipt in both) == 40


async def test_oldest_first_and_no_more_than_asked(journal):
    receipts = [await journal.append(one) for one in many(5)]
    first, rest = await journal.claim(2), await journal.claim(9)
    assert [entry.raw_id for entry in (*first, *rest)] == [receipt.raw_id for receipt in receipts]
    assert len(first) == 2


async def test_two_processes_claim_disjoint_entries(open_journal, open_database, fresh_url):
    url = await fresh_url("journal")
    journals = [await open_journal(await open_database(url)) for _ in range(2)]
    await asyncio.gather(*map(journals[0].append, many(100)))
    claims = await asyncio.gather(*(journal.claim(10) for _ in range(5) for journal in journals))
    claimed = [entry.raw_id for claim in claims for entry in claim]
    assert len(claimed) == len(set(claimed)) == 100


async def test_the_attempt_is_counted_before_the_work(journal, database):
    """A process that dies over an entry leaves it claimed and counted; the next start gives it back."""
    await journal.append(interaction())
    await journal.claim(1)
    assert await scalar(database, select(raw.c.attempts)) == 1
    assert list(await journal.claim(1)) == []
    assert await journal.recover() == 1
    [entry] = await journal.claim(1)
    assert entry.attempts == 2


async def test_recovering_leaves_what_is_settled_or_waiting(journal):
    await asyncio.gather(*map(journal.append, many(3)))
    await journal.settle(done(await journal.claim(1)))
    await journal.claim(1)
    assert await journal.recover() == 1
    counts = await journal.counts()
    assert (counts[Fate.WAITING], counts[Fate.DONE], counts[Fate.CLAIMED]) == (2, 1, 0)


async def test_a_crash_between_commit_and_settle_shows_the_entry_again(open_journal, open_database, fresh_url):
    url = await fresh_url("journal")
    first = await open_journal(await open_database(url))
    await first.append(interaction())
    await first.claim(1)  # filed, committed; then the process dies before it settles
    second = await open_journal(await open_database(url))
    await second.recover()
    [entry] = await second.claim(1)
    await second.settle(done([entry], 7))
    assert (await second.get(entry.raw_id)).fate is Fate.DONE


@pytest.mark.parametrize("fate", [Fate.DONE, Fate.IGNORED, Fate.QUARANTINED, Fate.FAILED])
async def test_a_fate_is_kept_with_its_reason_and_tickets(journal, database, fate):
    await journal.append(interaction())
    [entry] = await journal.claim(1)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=fate, reason="so it is", tickets=(3, 4))])
    settled = await journal.get(entry.raw_id)
    assert (settled.fate, settled.reason) == (fate, "so it is")
    assert settled.settled_at is not None
    assert await scalar(database, select(raw.c.tickets)) == "[3,4]"


async def test_an_outcome_of_waiting_means_once_more(journal):
    await journal.append(interaction())
    [entry] = await journal.claim(1)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.WAITING, reason="KeyError")])
    [again] = await journal.claim(1)
    assert (again.attempts, again.reason, again.settled_at) == (2, "KeyError", None)


async def test_only_claimed_entries_are_settled(journal):
    receipt = await journal.append(interaction())
    await journal.settle([Outcome(raw_id=receipt.raw_id, fate=Fate.DONE)])
    assert (await journal.get(receipt.raw_id)).fate is Fate.WAITING


@pytest.mark.parametrize(("uncount", "attempts"), [(True, 1), (False, 2)])
async def test_released_entries_wait_again(journal, uncount, attempts):
    await journal.append(interaction())
    [entry] = await journal.claim(1)
    await journal.release([entry.raw_id], uncount=uncount)
    [again] = await journal.claim(1)
    assert again.attempts == attempts


async def test_not_before_is_honoured(open_journal):
    time = [NOW]
    journal = await open_journal(clock=lambda: time[0])
    await asyncio.gather(*map(journal.append, many(2)))
    [first] = await journal.claim(1)
    await journal.release([first.raw_id], uncount=True, not_before=NOW + timedelta(minutes=5))
    [second] = await journal.claim(5)
    assert second.raw_id != first.raw_id
    time[0] += timedelta(minutes=5)
    assert [entry.raw_id for entry in await journal.claim(5)] == [first.raw_id]


async def test_settled_entries_are_replayed_as_new(journal):
    receipts = await asyncio.gather(*map(journal.append, many(3)))
    entries = await journal.claim(2)
    await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.FAILED, reason="bug") for entry in entries])
    ids = [receipt.raw_id for receipt in receipts]
    assert await journal.replay([*ids, "unknown"]) == ids[:2]
    again = await journal.claim(9)
    assert [(entry.raw_id, entry.attempts, entry.reason) for entry in again[:2]] == [(one, 1, None) for one in ids[:2]]


async def test_only_parked_entries_are_discarded(journal):
    await asyncio.gather(*map(journal.append, many(4)))
    entries = await journal.claim(3)
    fates = (Fate.QUARANTINED, Fate.FAILED, Fate.DONE)
    await journal.settle([Outcome(raw_id=e.raw_id, fate=fate) for e, fate in zip(entries, fates, strict=True)])
    ids = [entry.raw_id for entry in entries]
    assert await journal.discard(ids) == ids[:2]
    assert (await journal.counts())[Fate.DISCARDED] == 2


async def test_counts_name_every_fate(journal):
    await asyncio.gather(*map(journal.append, many(6)))
    await journal.settle(done(await journal.claim(2)))
    await journal.claim(1)
    assert await journal.counts() == {
        **dict.fromkeys(Fate, 0),
        Fate.DONE: 2,
        Fate.CLAIMED: 1,
        Fate.WAITING: 3,
    }


async def test_lists_are_newest_first_without_bodies(journal):
    receipts = [await journal.append(one) for one in many(3)]
    await journal.settle(done(await journal.claim(1)))
    everything = await journal.list(None, 10)
    assert [entry.raw_id for entry in everything] == [receipt.raw_id for receipt in reversed(receipts)]
    assert {entry.raw.payload for entry in everything} == {b""}
    assert [entry.raw_id for entry in await journal.list(Fate.WAITING, 1)] == [receipts[2].raw_id]
    assert [entry.raw_id for entry in await journal.list(Fate.DONE, 9)] == [receipts[0].raw_id]


async def test_the_oldest_waiting_entry_has_an_age(journal):
    assert await journal.oldest_waiting(NOW) is None
    await journal.append(interaction())
    assert await journal.oldest_waiting(NOW + timedelta(minutes=3)) == timedelta(minutes=3)


async def test_unknown_ids_are_none(journal):
    assert [await journal.get(unknown) for unknown in ("7" * 16, "f" * 16, "f" * 24, "", "+1", "1_0")] == [None] * 6


async def test_twenty_five_megabytes_are_kept(journal):
    payload = random.Random(1).randbytes(25_000_000)
    receipt = await journal.append(interaction(payload=payload))
    [entry] = await journal.claim(1)
    assert entry.raw.payload == payload
    assert entry.raw_id == receipt.raw_id


async def test_a_claim_brings_no_more_bytes_than_allowed_but_always_one_entry(open_journal):
    journal = await open_journal(most_bytes=1000)
    await asyncio.gather(*(journal.append(interaction(f"k{n}", b"x" * 600)) for n in range(3)))
    await journal.append(interaction("big", b"x" * 5000))
    assert [len(await journal.claim(10)) for _ in range(5)] == [1, 1, 1, 1, 0]


async def test_ids_are_ordered_even_if_the_clock_was_set_back(open_journal, open_database, fresh_url, monkeypatch):
    url = await fresh_url("journal")
    first = await open_journal(await open_database(url))
    before = await first.append(interaction("before"))
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000)
    second = await open_journal(await open_database(url))
    await second.follow()
    after = await asyncio.gather(*map(second.append, many(3)))
    ids = [before.raw_id, *(receipt.raw_id for receipt in after)]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {16}


async def test_ids_drawn_by_two_processes_at_once_lose_nothing(open_journal, open_database, fresh_url):
    """Two clocks that agree to the nanosecond, message after message; some of the messages are the same, too."""
    url = await fresh_url("journal")
    journals = [await open_journal(await open_database(url)) for _ in range(2)]
    for journal in journals:
        journal._ids = RawIds()
        journal._ids.follow(1 << 62)
    given = many(30)
    shared, first, second = given[:10], given[10:20], given[20:]
    both = await asyncio.gather(
        *(journal.append(one) for journal, own in zip(journals, (first, second), strict=True) for one in own + shared)
    )
    assert len(both) == 40
    entries = await journals[0].claim(99)
    assert {entry.raw_id for entry in entries} == {receipt.raw_id for receipt in both}
    assert {entry.raw.dedup_key: entry.raw.payload for entry in entries} == {
        one.dedup_key: one.payload for one in given
    }


async def test_an_id_taken_in_the_database_is_drawn_again(open_journal, open_database, fresh_url):
    url = await fresh_url("journal")
    first, second = [await open_journal(await open_database(url)) for _ in range(2)]
    for journal in (first, second):
        journal._ids = RawIds()
        journal._ids.follow(1 << 62)
    receipts = [await first.append(interaction("a")), await second.append(interaction("b"))]
    assert [receipt.duplicate for receipt in receipts] == [False, False]
    assert len({receipt.raw_id for receipt in receipts}) == 2
    assert [entry.raw.dedup_key for entry in await first.claim(9)] == ["a", "b"]


async def test_a_damaged_payload_costs_only_itself(journal, database):
    receipts = [await journal.append(one) for one in many(3)]
    bad = receipts[1].raw_id
    change = update(raw_payloads).where(raw_payloads.c.raw_id == int(bad, 16)).values(payload=b"payloae 1")
    await database.write(lambda connection: connection.execute(change))
    assert [entry.raw_id for entry in await journal.claim(9)] == [receipts[0].raw_id, receipts[2].raw_id]
    entry = await journal.get(bad)
    assert entry.fate is Fate.QUARANTINED
    assert "checksum" in entry.reason
    assert entry.raw.payload == b"payloae 1"


@pytest.mark.parametrize("column", ["envelope", "payload"])
async def test_no_flipped_byte_goes_unnoticed(journal, database, column):
    receipt = await journal.append(interaction())
    values = {"envelope": "{", "payload": b"O"}
    await database.write(lambda connection: connection.execute(update(raw_payloads).values({column: values[column]})))
    assert list(await journal.claim(1)) == []
    assert (await journal.get(receipt.raw_id)).fate is Fate.QUARANTINED


async def test_a_lost_payload_costs_only_itself(journal, database):
    receipts = [await journal.append(one) for one in many(2)]
    await database.write(
        lambda connection: connection.execute(
            raw_payloads.delete().where(raw_payloads.c.raw_id == int(receipts[0].raw_id, 16))
        )
    )
    assert [entry.raw_id for entry in await journal.claim(9)] == [receipts[1].raw_id]
    assert "missing" in (await journal.get(receipts[0].raw_id)).reason


async def test_a_failing_commit_promises_nothing(journal, database):
    original = database.write

    async def full(unit):
        raise StoreUnavailable("the database cannot be used now", detail="disk full")

    database.write = full
    results = await asyncio.gather(*map(journal.append, many(3)), return_exceptions=True)
    assert [(type(error), error.detail) for error in results] == [(IntakeUnavailable, "disk full")] * 3
    database.write = original
    assert await scalar(database, select(func.count()).select_from(raw)) == 0
    assert not (await journal.append(interaction())).duplicate


async def test_one_bad_entry_does_not_fail_its_neighbours(journal):
    """An envelope that is no JSON is refused before it waits; a channel of the wrong type fails in the database."""
    good, bad = interaction("good"), interaction("bad", channel=object())
    results = await asyncio.gather(journal.append(good), journal.append(bad), return_exceptions=True)
    assert isinstance(results[0], Receipt)
    assert isinstance(results[1], Exception)
    assert [entry.raw.dedup_key for entry in await journal.claim(9)] == ["good"]


async def test_too_little_disk_space_is_refused_before_writing(open_journal, tmp_path):
    journal = await open_journal(reserve=1 << 60, folder=tmp_path)
    with pytest.raises(IntakeUnavailable, match="disk space"):
        await journal.append(interaction())
    with pytest.raises(IntakeUnavailable):
        await journal.ping()


async def test_pinging_needs_a_writable_database(journal, database):
    await journal.ping()
    await database.write(lambda connection: connection.execute(text("DROP TABLE raw")))
    with pytest.raises(IntakeUnavailable):
        await journal.append(interaction())


async def test_claiming_uses_the_index_of_what_is_not_done(journal, database):
    """Millions of settled rows must not slow a claim: its query never walks over them."""

    def explain(connection):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
        word = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[connection.dialect.name]
        return str(connection.exec_driver_sql(f"{word} {records.DUE.text(connection, 0)}", (0, 10)).all())

    assert "raw_by_fate" in await database.write(explain)


async def test_damaged_pages_cost_only_their_entries(open_journal, open_database, sqlite_templates, tmp_path):
    """Bytes of one payload are overwritten in the file itself."""
    path = tmp_path / "journal.db"
    path.write_bytes(sqlite_templates["journal"].read_bytes())
    journal = await open_journal(await open_database(f"sqlite:///{path}"))
    payloads = [bytes([65 + number]) * 20_000 for number in range(5)]
    receipts = [await journal.append(interaction(f"k{n}", payload)) for n, payload in enumerate(payloads)]
    await journal.close()
    await journal._database.close()
    content = path.read_bytes()
    assert sqlite3.connect(path).close() is None
    place = content.index(b"C" * 3000) + 1000
    path.write_bytes(content[:place] + b"?" + content[place + 1 :])
    again = await open_journal(await open_database(f"sqlite:///{path}"))
    assert [entry.raw_id for entry in await again.claim(9)] == [r.raw_id for n, r in enumerate(receipts) if n != 2]
    assert (await again.counts())[Fate.QUARANTINED] == 1
