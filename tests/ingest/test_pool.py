"""The child processes: one that is killed costs its batch, one that cannot start costs nobody anything."""

import asyncio
import multiprocessing
import os
import signal
from datetime import UTC, datetime

import pytest

from config.settings import load
from domain.raw import Fate, JournalEntry, RawInteraction
from ingest import rulesets
from ingest.pool import CannotStart, PipelinePool, WorkerDied
from tests.pipeline import ready_for_children


@pytest.fixture
async def settings(tmp_path):
    return load(await ready_for_children(tmp_path, processes=1))


@pytest.fixture
def source(settings):
    return rulesets.tested(settings.rules_path)


@pytest.fixture
async def pool(settings):
    pool = PipelinePool(settings)
    yield pool
    await pool.close()


def entry(number):
    raw = RawInteraction(
        channel="email",
        dedup_key=f"k{number}",
        received_at=datetime.now(UTC),
        payload=f"From: ana@cliente.example\r\nMessage-ID: <{number}@x.example>\r\n\r\noi\r\n".encode(),
        envelope={"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com.br"]},
    )
    return JournalEntry(raw_id=f"raw{number}", raw=raw, fate=Fate.CLAIMED, attempts=1)


async def worked(pool, source, number):
    report = await pool.process([entry(number)], source)
    return [outcome.fate for outcome in report.outcomes]


async def death_of_the_child():
    """The child is killed, and has been noticed to be gone."""
    (child,) = multiprocessing.active_children()
    os.kill(child.pid, signal.SIGKILL)
    await asyncio.to_thread(child.join)


async def test_a_child_that_is_killed_while_idle_is_replaced(pool, source):
    """The out-of-memory killer may choose it at any time; pebble then gives its pool up for ever."""
    assert await worked(pool, source, 1) == [Fate.DONE]
    await death_of_the_child()
    await asyncio.sleep(0.5)

    with pytest.raises(WorkerDied):
        await worked(pool, source, 2)
    assert await worked(pool, source, 2) == [Fate.DONE]


async def test_a_child_that_is_stuck_before_it_begins_is_replaced(pool, source):
    """Stopped, or waiting for a disk that does not answer: pebble measures only what has begun."""
    assert await worked(pool, source, 1) == [Fate.DONE]
    (child,) = multiprocessing.active_children()
    os.kill(child.pid, signal.SIGSTOP)
    pool._timeout = 0.2

    with pytest.raises(WorkerDied):
        await worked(pool, source, 2)
    pool._timeout = 60
    assert await worked(pool, source, 2) == [Fate.DONE]
    await asyncio.to_thread(child.join, 10)
    assert not child.is_alive()


async def test_a_child_that_cannot_start_is_no_entrys_fault_and_is_tried_again(pool, source, settings):
    """A secret that is gone for a while."""
    secret = settings.var_path / "secrets" / "site.key"
    kept = secret.read_text()
    secret.unlink()
    for _ in range(2):
        with pytest.raises(CannotStart):
            await worked(pool, source, 1)

    secret.write_text(kept)
    assert await worked(pool, source, 1) == [Fate.DONE]
