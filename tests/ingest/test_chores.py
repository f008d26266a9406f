"""Chores come again and again, whatever happens to the time of day."""

import asyncio
import itertools

import pytest
from structlog.testing import capture_logs

from domain.errors import StoreUnavailable
from ingest.chores import Chores
from tests.patience import PATIENCE, until

SOON = 0.01


@pytest.fixture
def turn():
    return asyncio.Event()


@pytest.fixture
async def chores(turn):
    made = Chores(turn)
    yield made
    made.stop()


def counting(times, error=None):
    """A chore that says when it was done `times` times."""
    done = asyncio.Event()
    count = 0

    async def chore():
        nonlocal count
        count += 1
        if count == times:
            done.set()
        if error is not None:
            raise error

    return chore, done


async def enough(done):
    async with asyncio.timeout(PATIENCE):
        await done.wait()


async def test_a_chore_comes_again(chores):
    chore, done = counting(3)
    chores.every(SOON, "gauges", chore)
    chores.start()
    await enough(done)


async def test_when_the_time_of_day_is_set_back_every_chore_is_due(chores, monkeypatch):
    """By an hour: APScheduler would wait for that hour."""
    ahead = [7_200.0]
    monkeypatch.setattr("ingest.chores.LOOK", SOON)
    monkeypatch.setattr("ingest.chores._ahead", lambda: ahead[0])
    first, began = counting(1)
    chores.every(3600, "retention", first)
    chore, done = counting(1)
    chores.every(3600, "gauges", chore, first=3600)
    with capture_logs() as logs:
        chores.start()
        await enough(began)
        assert not done.is_set()
        ahead[0] -= 3600
        await enough(done)
    assert logs == [{"event": "clock_set_back", "log_level": "info", "seconds": 3600.0}]


async def test_a_clock_that_is_only_disciplined_is_left_alone(chores, monkeypatch):
    ahead = itertools.count(7_200.0, -1.9)
    monkeypatch.setattr("ingest.chores.LOOK", SOON)
    monkeypatch.setattr("ingest.chores._ahead", lambda: next(ahead))
    chore, done = counting(1)
    chores.every(3600, "gauges", chore, first=3600)
    chores.start()
    await asyncio.sleep(5 * SOON)
    assert not done.is_set()


@pytest.mark.parametrize(
    ("error", "event"), [(StoreUnavailable("away"), "chore_postponed"), (ZeroDivisionError(), "chore_failed")]
)
async def test_one_that_fails_says_so_and_comes_again(chores, error, event):
    chore, done = counting(2, error)
    chores.every(SOON, "retention", chore)
    with capture_logs() as logs:
        chores.start()
        await enough(done)
    assert {one["event"] for one in logs} == {event}


async def test_what_only_one_may_do_waits_for_the_turn(chores, turn):
    chore, done = counting(1)
    chores.every(SOON, "retention", chore, sole=True)
    chores.start()
    await asyncio.sleep(5 * SOON)
    assert not done.is_set()
    turn.set()
    await enough(done)


async def test_one_that_takes_long_is_not_made_up_for(chores):
    begun = []

    async def slow():
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.05)

    chores.every(SOON, "slow", slow)
    chores.start()
    await until(lambda: len(begun) >= 4)
    assert all(later - earlier >= 0.045 for earlier, later in itertools.pairwise(begun))


async def test_nothing_comes_after_the_stop():
    chores = Chores(asyncio.Event())
    chore, done = counting(1)
    chores.every(SOON, "gauges", chore, first=SOON)
    chores.start()
    chores.stop()
    await asyncio.sleep(5 * SOON)
    assert not done.is_set()
