"""What is forgotten, and what is remembered for good."""

import asyncio
from datetime import timedelta

from domain.raw import Fate, Outcome
from store import desk as units
from store.moments import from_micros
from store.retention import purge_budgets, purge_payloads
from store.schema import ack_budget
from tests.store.filings import NOW, PERIOD, filing
from tests.store.test_journal import interaction, many


async def test_settled_payloads_go_in_small_steps_and_their_keys_stay(open_journal, open_database):
    database = await open_database("journal")
    time = [NOW]
    journal = await open_journal(database, clock=lambda: time[0])
    receipts = await asyncio.gather(*map(journal.append, many(5)))
    entries = await journal.claim(4)
    fates = (Fate.DONE, Fate.IGNORED, Fate.FAILED, Fate.DONE)
    await journal.settle([Outcome(raw_id=e.raw_id, fate=fate) for e, fate in zip(entries, fates, strict=True)])
    cutoff = await _cutoff(journal, receipts)

    steps = [await database.write(lambda c: purge_payloads(c, cutoff, step=2)) for _ in range(3)]
    assert steps == [2, 1, 0]
    left = [bool((await journal.get(receipt.raw_id)).raw.payload) for receipt in receipts]
    assert left == [False, False, True, False, True]
    assert (await journal.append(interaction("k0"))).duplicate
    assert await journal.replay([receipts[0].raw_id, receipts[2].raw_id]) == [receipts[2].raw_id]


async def _cutoff(journal, receipts):
    """A moment after both the ids (made from the machine's clock) and the settling."""
    newest = from_micros(int(receipts[-1].raw_id, 16) // 1000)
    return max(newest, NOW) + timedelta(days=1)


async def test_recently_settled_payloads_stay(open_journal, open_database):
    database = await open_database("journal")
    journal = await open_journal(database)
    await journal.append(interaction())
    await journal.settle([Outcome(raw_id=e.raw_id, fate=Fate.DONE) for e in await journal.claim(1)])
    assert await database.write(lambda c: purge_payloads(c, NOW - timedelta(days=36500))) == 0


async def test_old_budgets_go(desk):
    filings = [filing(1, spends=[("all", "")])]
    await desk.write(lambda connection: units.file(connection, filings, NOW, PERIOD))
    assert await desk.write(lambda connection: purge_budgets(connection, PERIOD)) == 0
    assert await desk.write(lambda connection: purge_budgets(connection, "2026-11-22T06")) == 1
    assert await desk.read(lambda connection: connection.execute(ack_budget.select()).all()) == []
