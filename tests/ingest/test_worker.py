"""The worker: batches, poison, an absent ticket store, and what a stop leaves behind."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from domain.errors import StoreUnavailable
from domain.raw import Fate, JournalEntry, Outcome, RawInteraction
from ingest.entry import BatchReport
from ingest.metrics import Metrics
from ingest.pool import CannotStart, WorkerDied
from ingest.supervise import Liveness, spawn
from ingest.worker import SUDDEN_ENDS, Worker
from tests.patience import PATIENCE, until
from tests.samples import NOON

MAX_ATTEMPTS = 3


def calm():
    event = asyncio.Event()
    event.set()
    return event


class FakeJournal:
    """Entries in memory, with the fates and attempts a real journal keeps."""

    def __init__(self, count):
        self.fates = {f"raw{n}": Fate.WAITING for n in range(count)}
        self.attempts = dict.fromkeys(self.fates, 0)
        self.reasons = {}

    async def claim(self, limit):
        ids = [raw_id for raw_id, fate in self.fates.items() if fate is Fate.WAITING][:limit]
        for raw_id in ids:
            self.fates[raw_id] = Fate.CLAIMED
            self.attempts[raw_id] += 1
        return [entry(raw_id, self.attempts[raw_id]) for raw_id in ids]

    async def settle(self, outcomes):
        for outcome in outcomes:
            assert self.fates[outcome.raw_id] is Fate.CLAIMED
            self.fates[outcome.raw_id] = outcome.fate
            self.reasons[outcome.raw_id] = outcome.reason

    async def release(self, raw_ids, *, uncount):
        for raw_id in raw_ids:
            self.fates[raw_id] = Fate.WAITING
            self.attempts[raw_id] -= uncount

    def settled(self):
        return not {Fate.WAITING, Fate.CLAIMED} & set(self.fates.values())


class FakePool:
    """Does what `behaviour(ids)` says and remembers the groups it was given."""

    def __init__(self, behaviour=lambda _ids: None):
        self.behaviour = behaviour
        self.groups = []
        self.inside = self.most_inside = 0

    async def warm_up(self, _source):
        pass

    async def process(self, entries, _source):
        ids = [item.raw_id for item in entries]
        self.groups.append(ids)
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            return await self._work(ids)
        finally:
            self.inside -= 1

    async def _work(self, ids):
        await asyncio.sleep(0)
        self.behaviour(ids)
        return BatchReport(outcomes=[Outcome(raw_id=raw_id, fate=Fate.DONE) for raw_id in ids])


class FakeRulebook:
    source = object()

    def __init__(self):
        self.loaded = asyncio.Event()
        self.loaded.set()


def entry(raw_id, attempts, received_at=NOON):
    raw = RawInteraction(channel="email", dedup_key=raw_id, received_at=received_at, payload=b"")
    return JournalEntry(raw_id=raw_id, raw=raw, fate=Fate.CLAIMED, attempts=attempts)


def worker_of(journal, pool, rulebook=None, **events):
    return Worker(
        journal=journal, pool=pool, rulebook=rulebook or FakeRulebook(), wake=asyncio.Event(),
        calm=events.get("calm") or calm(), filed=lambda: None,
        metrics=Metrics(), liveness=Liveness(), processes=1, batch=10, max_attempts=MAX_ATTEMPTS, poll=0.01,
    )  # fmt: skip


@asynccontextmanager
async def running(journal, pool, rulebook=None):
    worker = worker_of(journal, pool, rulebook)
    task = spawn(worker.run(), name="worker under test")
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await worker.drain(0.1)


async def test_what_waits_is_taken_in_one_batch():
    journal, pool = FakeJournal(7), FakePool()
    async with running(journal, pool):
        await until(journal.settled)
    assert pool.groups == [[f"raw{n}" for n in range(7)]]
    assert set(journal.fates.values()) == {Fate.DONE}


async def test_a_poison_entry_is_parked_after_its_attempts_and_its_neighbours_are_filed():
    def kill_on_poison(ids):
        if "raw3" in ids:
            raise WorkerDied("exit -9")

    journal, pool = FakeJournal(7), FakePool(kill_on_poison)
    async with running(journal, pool):
        await until(journal.settled)
    assert journal.fates.pop("raw3") is Fate.FAILED
    assert journal.attempts["raw3"] == MAX_ATTEMPTS
    assert "exit -9" in journal.reasons["raw3"]
    assert set(journal.fates.values()) == {Fate.DONE}


async def test_an_entry_that_was_claimed_before_is_worked_on_alone():
    journal, pool = FakeJournal(3), FakePool()
    journal.attempts["raw1"] = 1
    async with running(journal, pool):
        await until(journal.settled)
    assert sorted(pool.groups) == [["raw0", "raw2"], ["raw1"]]


async def test_an_entry_whose_attempts_all_ended_with_the_process_is_parked_untouched():
    journal, pool = FakeJournal(1), FakePool()
    journal.attempts["raw0"] = MAX_ATTEMPTS + SUDDEN_ENDS
    async with running(journal, pool):
        await until(journal.settled)
    assert journal.fates["raw0"] is Fate.FAILED
    assert pool.groups == []


async def test_entries_that_a_few_sudden_ends_of_the_process_met_are_filed_all_the_same():
    journal, pool = FakeJournal(2), FakePool()
    journal.attempts = dict.fromkeys(journal.attempts, MAX_ATTEMPTS + SUDDEN_ENDS - 1)
    async with running(journal, pool):
        await until(journal.settled)
    assert set(journal.fates.values()) == {Fate.DONE}
    assert sorted(pool.groups) == [["raw0"], ["raw1"]]


async def test_an_absent_ticket_store_costs_no_attempt(monkeypatch):
    monkeypatch.setattr("ingest.worker.FIRST_DELAY", 0.01)
    times = iter(range(100))

    def away_at_first(_ids):
        if next(times) < 2:
            raise StoreUnavailable("database is locked")

    journal, pool = FakeJournal(4), FakePool(away_at_first)
    async with running(journal, pool):
        await until(journal.settled)
    assert set(journal.fates.values()) == {Fate.DONE}
    assert set(journal.attempts.values()) == {1}


async def test_a_worker_process_that_cannot_start_costs_no_attempt(monkeypatch):
    monkeypatch.setattr("ingest.worker.FIRST_DELAY", 0.01)
    times = iter(range(100))

    def nobody_at_first(_ids):
        if next(times) < 2:
            raise CannotStart("a secret is gone")

    journal, pool = FakeJournal(4), FakePool(nobody_at_first)
    async with running(journal, pool) as worker:
        await until(journal.settled)
        assert worker._liveness.parts["worker"].state == "up"
    assert set(journal.fates.values()) == {Fate.DONE}
    assert set(journal.attempts.values()) == {1}


@pytest.mark.parametrize("what", ["settle", "release"])
async def test_a_journal_that_cannot_be_written_now_is_written_later(monkeypatch, what):
    """A full disk takes ticket store and journal away at once; nothing may stay claimed."""
    monkeypatch.setattr("ingest.worker.FIRST_DELAY", 0.01)
    monkeypatch.setattr("ingest.worker.JOURNAL_DELAY", 0.01)
    journal, failures = FakeJournal(3), iter(range(100))
    write = getattr(journal, what)

    async def full(*given, **named):
        if next(failures) < 3:
            raise StoreUnavailable("disk full")
        await write(*given, **named)

    monkeypatch.setattr(journal, what, full)
    away = iter([StoreUnavailable("disk full")])

    def away_once(_ids):
        if error := next(away, None):
            raise error

    async with running(journal, FakePool(away_once)):
        await until(journal.settled)
    assert set(journal.fates.values()) == {Fate.DONE}


async def test_a_bug_that_leaves_entries_claimed_stops_the_worker_so_that_a_new_start_recovers_them(monkeypatch):
    journal = FakeJournal(2)

    async def broken(_outcomes):
        raise ZeroDivisionError

    monkeypatch.setattr(journal, "settle", broken)
    worker = worker_of(journal, FakePool())
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(worker.run(), PATIENCE)


async def test_without_rules_nothing_is_claimed_and_nothing_is_lost():
    journal, pool, rulebook = FakeJournal(2), FakePool(), FakeRulebook()
    rulebook.loaded.clear()
    async with running(journal, pool, rulebook):
        await asyncio.sleep(0.05)
        assert set(journal.fates.values()) == {Fate.WAITING}
        rulebook.loaded.set()
        await until(journal.settled)
    assert set(journal.fates.values()) == {Fate.DONE}


async def test_a_stop_in_the_very_moment_of_a_wake_up_is_still_a_stop():
    """asyncio.wait_for of Python 3.11 swallows the cancellation then: the daemon would never end."""
    worker = worker_of(FakeJournal(0), FakePool())
    worker._poll = 60
    task = spawn(worker.run(), name="worker under test")
    await asyncio.sleep(0.05)
    worker._wake.set()
    task.cancel()
    await asyncio.wait([task], timeout=PATIENCE)
    assert task.cancelled()


async def test_a_stop_gives_back_what_could_not_be_finished():
    blocked = asyncio.Event()

    class Stuck(FakePool):
        async def process(self, entries, _source):
            blocked.set()
            await asyncio.sleep(60)

    journal = FakeJournal(2)
    async with running(journal, Stuck()):
        await asyncio.wait_for(blocked.wait(), PATIENCE)
    await until(lambda: set(journal.fates.values()) == {Fate.WAITING})
    assert set(journal.attempts.values()) == {0}


@pytest.mark.parametrize("count", [25, 200])
async def test_every_entry_is_settled_once(count):
    journal, pool = FakeJournal(count), FakePool()
    async with running(journal, pool):
        await until(journal.settled)
    assert sorted(raw_id for group in pool.groups for raw_id in group) == sorted(journal.fates)


@pytest.mark.parametrize(("count", "ahead"), [(7, 1), (30, 2)])
async def test_a_second_batch_goes_ahead_only_while_claims_come_back_full(count, ahead):
    """Else what comes next would wait behind a batch that is not its own."""
    journal, pool = FakeJournal(count), FakePool()
    async with running(journal, pool):
        await until(journal.settled)
    assert pool.most_inside == ahead


async def test_what_waited_long_makes_acknowledgements_give_way_until_the_worker_has_caught_up():
    journal, quiet = FakeJournal(1), calm()
    worker = worker_of(journal, FakePool(), calm=quiet)
    assert len(await worker._claim()) == 1  # received at NOON, long ago
    assert not quiet.is_set()
    assert await worker._claim() == []
    assert quiet.is_set()


async def test_what_is_claimed_at_once_keeps_the_calm():
    class Fresh(FakeJournal):
        async def claim(self, limit):
            return [entry(item.raw_id, 1, datetime.now(UTC)) for item in await super().claim(limit)]

    quiet = calm()
    assert len(await worker_of(Fresh(3), FakePool(), calm=quiet)._claim()) == 3
    assert quiet.is_set()
