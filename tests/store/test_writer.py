"""The group writer: one commit for all that waits, no waiting for more, one bad item fails alone."""

import asyncio

import pytest

from domain.errors import IntakeUnavailable, StoreUnavailable
from ingest.supervise import spawn
from store.writer import GroupWriter


class Log:
    """A commit that remembers its batches; `block` holds it up, `poison` is refused."""

    def __init__(self, *, poison=(), failure=None):
        self.batches = []
        self.open = asyncio.Event()
        self.open.set()
        self.poison = set(poison)
        self.failure = failure

    async def __call__(self, items):
        self.batches.append(list(items))
        await self.open.wait()
        if self.failure:
            raise self.failure
        if self.poison & set(items):
            raise ValueError("poison")
        return [item * 10 for item in items]


@pytest.fixture
async def writer_on():
    writers = []

    def make(commit, **options):
        writers.append(GroupWriter(commit, spawn=spawn, name="test writer", **options))
        return writers[-1]

    yield make
    for writer in writers:
        await writer.close()


async def test_one_item_is_committed_at_once(writer_on):
    log = Log()
    assert await writer_on(log).submit(1) == 10
    assert log.batches == [[1]]


async def test_what_waits_is_committed_together(writer_on):
    log = Log()
    writer = writer_on(log)
    assert await asyncio.gather(*(writer.submit(n) for n in range(50))) == [n * 10 for n in range(50)]
    assert log.batches == [list(range(50))]


async def test_what_comes_during_a_commit_shares_the_next(writer_on):
    log = Log()
    log.open.clear()
    writer = writer_on(log)
    first = writer.submit(1)
    await asyncio.sleep(0)
    later = [writer.submit(n) for n in (2, 3)]
    log.open.set()
    assert await asyncio.gather(first, *later) == [10, 20, 30]
    assert log.batches == [[1], [2, 3]]


async def test_a_batch_has_an_upper_size(writer_on):
    log = Log()
    writer = writer_on(log, largest=2)
    await asyncio.gather(*(writer.submit(n) for n in range(5)))
    assert [len(batch) for batch in log.batches] == [2, 2, 1]


async def test_one_bad_item_fails_alone(writer_on):
    writer = writer_on(Log(poison=[2]))
    results = await asyncio.gather(*(writer.submit(n) for n in (1, 2, 3)), return_exceptions=True)
    assert results[0] == 10
    assert isinstance(results[1], ValueError)
    assert results[2] == 30


@pytest.mark.parametrize("failure", [StoreUnavailable("full", detail="disk"), IntakeUnavailable("full", detail="disk")])
async def test_not_now_is_told_to_everybody_without_trying_each_alone(writer_on, failure):
    log = Log(failure=failure)
    writer = writer_on(log)
    results = await asyncio.gather(*(writer.submit(n) for n in range(3)), return_exceptions=True)
    assert [(type(error), error.detail) for error in results] == [(type(failure), "disk")] * 3
    assert len({id(error) for error in results}) == 3
    assert len(log.batches) == 1
    log.failure = None
    assert await writer.submit(4) == 40


async def test_more_than_the_bound_is_refused(writer_on):
    log = Log()
    log.open.clear()
    writer = writer_on(log, bound=2)
    under_way = writer.submit(0)
    await asyncio.sleep(0)
    waiting = [writer.submit(n) for n in (1, 2)]
    with pytest.raises(IntakeUnavailable):
        writer.submit(3)
    log.open.set()
    assert await asyncio.gather(under_way, *waiting) == [0, 10, 20]


async def test_a_caller_that_went_away_does_not_hurt_the_others(writer_on):
    log = Log()
    log.open.clear()
    writer = writer_on(log)
    gone, stays = writer.submit(1), writer.submit(2)
    await asyncio.sleep(0)
    gone.cancel()
    log.open.set()
    assert await stays == 20


async def test_closing_commits_what_waits_and_refuses_the_rest(writer_on):
    log = Log()
    writer = writer_on(log)
    waiting = [writer.submit(n) for n in range(3)]
    await writer.close()
    assert [future.result() for future in waiting] == [0, 10, 20]
    with pytest.raises(IntakeUnavailable):
        writer.submit(4)


async def test_a_cancelled_writer_leaves_nobody_waiting():
    log = Log()
    log.open.clear()
    tasks = []

    def watched(coroutine, *, name):
        tasks.append(spawn(coroutine, name=name))
        return tasks[-1]

    writer = GroupWriter(log, spawn=watched, name="test writer")
    under_way = writer.submit(1)
    await asyncio.sleep(0)
    waiting = writer.submit(2)
    tasks[0].cancel()
    results = await asyncio.gather(under_way, waiting, return_exceptions=True)
    assert [type(error) for error in results] == [IntakeUnavailable] * 2
