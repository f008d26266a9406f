"""The n-th step of accepting, claiming, filing and settling fails, for every n: one ticket and one acknowledgement.

A step is a statement or a commit on either database, which is SQLite or PostgreSQL (tests/security/faults.py). Each
fails in turn, fails after it has happened, or happens while nobody waits any more; then whoever was not answered tries
again. Then the same with a process that dies by SIGKILL instead: `killed.py` in processes of its own.
"""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from domain.errors import IntakeUnavailable, StoreUnavailable
from tests.pipeline import house_in, install, opened
from tests.security.faults import Fault, How, on_postgres, on_sqlite
from tests.security.killed import head_of
from tests.store.conftest import fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

LEAST = 15
"""There are more steps than this in accept, claim, commit and settle."""
STRIDE = "1" if os.environ.get("BALCAO_FAULTS") == "full" else "3"
"""Every step has a process that dies at it (`make faults`), or every third."""
EXPECTED = (StoreUnavailable, IntakeUnavailable, asyncio.CancelledError)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request):
    return request.param


@pytest.fixture
async def databases(backend, fresh_url, sqlite_templates):
    """Settings for journal and tickets on this backend, or files to copy."""
    if backend == "sqlite":
        return {"templates": sqlite_templates}
    desk, journal = json.dumps(await fresh_url("desk")), json.dumps(await fresh_url("journal"))
    return {"store": desk, "more": f"journal: {{url: {journal}, disk_reserve: 0B}}\n"}


@pytest.fixture
def fault(backend, monkeypatch):
    made = Fault()
    {"sqlite": on_sqlite, "postgresql": on_postgres}[backend](made, monkeypatch.setattr)
    return made


async def insisted(fault, house, work):
    """Again and again until it is done, as senders and workers do; whoever is cancelled is started anew."""
    loop = asyncio.get_running_loop()
    for _ in range(6):
        task = asyncio.ensure_future(work())
        fault.cancel = lambda one=task: loop.call_soon_threadsafe(one.cancel)
        try:
            return await task
        except EXPECTED:
            await recovered(house)
    raise AssertionError("it never succeeds")


async def recovered(house):
    for _ in range(6):
        try:
            return await house.journal.recover()
        except EXPECTED:
            continue
    raise AssertionError("it never recovers")


@pytest.mark.parametrize("how", [How.ERROR, How.LATE, How.CANCEL], ids=["fails", "fails late", "is cancelled"])
async def test_whatever_step_fails_there_is_one_ticket_and_one_acknowledgement(fault, databases, tmp_path, how):
    async with house_in(tmp_path, **databases) as house:
        at = 0
        while at == 0 or fault.fired:
            at += 1
            mark = f"passo{at}"
            fault.arm(at, how)
            await insisted(fault, house, lambda one=mark: house.mail(f"marca {one}", head=head_of(one)))
            await insisted(fault, house, house.work)
        fault.arm(0, how)
        await house.work()
        tickets, counts = await house.tickets(), await house.journal.counts()

    assert at > LEAST
    assert_each_once(tickets, counts, [f"passo{number}" for number in range(1, at + 1)])


def assert_each_once(tickets, counts, marks):
    assert sorted(ticket["subject"] for ticket in tickets) == sorted(marks)
    assert all(len(ticket["messages"]) == 1 and len(ticket["acknowledgements"]) == 1 for ticket in tickets)
    assert all(count == 0 for fate, count in counts.items() if fate not in {"done", "ignored"})


async def test_whatever_step_a_process_dies_at_what_was_answered_is_kept_and_nothing_is_doubled(databases, tmp_path):
    """A process for each n, and one that takes up after it. Its sender sends again only what was not answered."""
    install(tmp_path, **databases)
    words = [sys.executable, "-m", "tests.security.killed", tmp_path, STRIDE]
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    house = await opened(tmp_path)
    try:
        await house.work()
        tickets, counts = await house.tickets(), await house.journal.counts()
    finally:
        await house.close()

    assert max(told["steps"]) > LEAST
    assert 0 < len(told["unanswered"]) < len(told["steps"]), "some died before they had answered, some after"
    assert_each_once(tickets, counts, [f"morto{number}" for number in told["steps"]])
