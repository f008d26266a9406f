"""The journal's promises, on both databases."""

import asyncio
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


async def test_two_processes_that_append_the_same_key_keep_one(open_journal, open_database, fresh_url):
    url = await fresh_url("journal")
    journals = [await open_journal(await open_database(url)) for _ in range(2)]
    both = await asyncio.gather(*(journal.append(one) for one in many(40) for journal in journals))
    assert len({receipt.raw_id for receipt in both}) == 40
    assert sum(receipt.duplicate for receipt in both) == 40


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

    plan = await database.write(explain)
    assert "raw_by_turn" in plan
    assert "TEMP B-TREE" not in plan, "nothing is sorted"


async def test_whose_turn_comes_later_is_claimed_later_and_before_what_comes_after_it(journal):
    """A flood of one sender, then one message of another; nobody waits where nothing is ahead of him."""
    second = 1_000_000_000
    for number in range(20):
        await journal.append(interaction(f"flood{number}"), late=number * 3600 * second)
    await journal.append(interaction("one"))
    assert {entry.raw.dedup_key for entry in await journal.claim(2)} == {"flood0", "one"}
    rest = await journal.claim(100)
    assert [entry.raw.dedup_key for entry in rest] == [f"flood{number}" for number in range(1, 20)]


async def test_a_journal_is_strained_below_the_watermark_or_when_half_of_the_writers_room_is_taken(
    open_journal, tmp_path
):
    assert (await open_journal(folder=tmp_path, watermark=1)).strained is None
    assert "watermark" in (await open_journal(folder=tmp_path, watermark=1 << 60)).strained
    busy = await open_journal()
    waiting = [busy._writer.submit(lambda connection: connection.exec_driver_sql("SELECT 1")) for _ in range(5_000)]
    assert "waits" in busy.strained
    await asyncio.gather(*waiting)
    assert busy.strained is None


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
