"""Who claims is known by name: the living keep what they hold, the dead are succeeded, the frozen change nothing."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from domain.raw import Fate, Outcome
from store import nodes, records
from store.journal_schema import journal_nodes, raw
from store.nodes import JOURNAL, NOBODY
from tests.store.test_journal import interaction

shared = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
"""Where others may be."""
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
async def database(open_database):
    return await open_database("journal")


@pytest.fixture
async def two(database, open_journal):
    """Two nodes at one database, and three entries that wait."""
    first, second = [await open_journal(database, holder=name) for name in ("first", "second")]
    for number in range(3):
        await first.append(interaction(f"k{number}"))
    return first, second


def look(database):
    return database.write(JOURNAL.look)


def succeed(database, name, seen):
    return database.write(lambda connection: JOURNAL.succeed(connection, name, seen, records.recover))


@shared
async def test_whoever_claims_has_counted(two, database):
    first, _second = two
    await first.claim(1)
    before = (await look(database))["first"]
    await first.claim(1)
    assert (await look(database))["first"] == before + 1
    assert set(await look(database)) == {"first"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_in_a_file_that_is_ones_own_nothing_is_counted(two, database):
    await two[0].claim(1)
    assert await database.read(lambda connection: connection.execute(select(journal_nodes)).all()) == []


async def test_who_claims_nothing_does_not_write(two, database):
    first, second = two
    await first.claim(9)
    assert await second.claim(9) == []
    assert set(await look(database)) == {"first"}


async def test_a_count_that_stood_still_is_succeeded_and_forgotten(two, database):
    first, second = two
    [entry] = await first.claim(1)
    assert await succeed(database, "first", (await look(database))["first"]) == 1
    assert "first" not in await look(database)
    again = {one.raw_id: one for one in [*await second.claim(9), *await second.claim(9), *await second.claim(9)]}
    assert again[entry.raw_id].attempts == 2


@shared
async def test_a_node_that_counted_meanwhile_keeps_what_it_holds(two, database):
    first, _second = two
    await first.claim(1)
    seen = (await look(database))["first"]
    await first.claim(1)
    assert await succeed(database, "first", seen) is None
    assert await first.counts() == {**dict.fromkeys(Fate, 0), Fate.CLAIMED: 2, Fate.WAITING: 1}


@shared
async def test_what_one_is_in_the_middle_of_counting_is_not_succeeded(two, database):
    await two[0].claim(1)
    seen = (await look(database))["first"]
    engine = create_async_engine(database.url.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda one: JOURNAL.beat(one, "first"))
            assert await succeed(database, "first", seen) is None
    finally:
        await engine.dispose()
    assert await succeed(database, "first", seen) is None


async def test_a_frozen_node_that_comes_back_settles_and_releases_nothing_of_anothers(two, database):
    first, second = two
    [entry] = await first.claim(1)
    await succeed(database, "first", (await look(database))["first"])
    [mine] = await second.claim(9)
    assert mine.raw_id == entry.raw_id
    await first.settle([Outcome(raw_id=entry.raw_id, fate=Fate.FAILED, reason="late")])
    await first.release([entry.raw_id], uncount=True)
    assert (await second.get(entry.raw_id)).fate is Fate.CLAIMED
    await second.settle([Outcome(raw_id=entry.raw_id, fate=Fate.DONE, tickets=(7,))])
    assert (await second.get(entry.raw_id)).fate is Fate.DONE


async def test_a_start_gives_back_what_is_ones_own_and_where_others_may_live_no_more(two, database, backend):
    first, second = two
    await first.claim(1)
    await second.claim(1)
    assert await second.recover() == (2 if backend == "sqlite" else 1)


async def test_a_name_that_left_something_and_never_counted_is_seen(two, database):
    """A restored backup, or a row of a node that was forgotten too early."""
    await two[0].claim(2)
    await database.write(lambda connection: connection.execute(journal_nodes.delete()))
    assert await look(database) == {"first": 0}
    assert await succeed(database, "first", 0) == 2


async def test_what_an_older_version_claimed_has_no_name_and_can_be_seen_moving(two, database):
    first, _second = two
    await first.claim(2)
    nameless = update(raw).where(raw.c.fate == "claimed").values(claimed_by=None)
    await database.write(lambda connection: connection.execute(nameless))
    before = (await look(database))[NOBODY]
    await database.write(lambda connection: connection.execute(nameless.values(attempts=raw.c.attempts + 1)))
    assert (await look(database))[NOBODY] != before
    assert await succeed(database, NOBODY, 0) == 2


async def test_what_is_given_back_has_no_holder(two, database):
    """An older version that claims it next would not write its own name over it."""
    first, _second = two
    entries = await first.claim(3)
    await first.release([entries[0].raw_id], uncount=True)
    await first.settle([Outcome(raw_id=entries[1].raw_id, fate=Fate.WAITING)])
    named = select(func.count()).select_from(raw).where(raw.c.claimed_by.is_not(None))
    assert await database.read(lambda connection: connection.execute(named).scalar()) == 1


def test_the_names_are_apart():
    assert nodes.ALONE != NOBODY
