"""Of nodes that share a database one does what only one may; a frozen one that comes back does nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from domain.errors import IntakeUnavailable, LeaseLost
from ingest import sole
from ingest.sole import Tenancy, take_turns
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal
from store.ledger import JournalLedger
from store.migrating import upgrade
from tests.patience import PATIENCE, until
from tests.store.conftest import on_server, postgres_server, postgres_templates, run_sql

__all__ = ["postgres_server", "postgres_templates"]


@pytest.fixture(autouse=True)
def short_terms(monkeypatch):
    """Long enough for a disk that takes a moment: who cannot renew in time is rightly followed."""
    monkeypatch.setattr(sole, "TERM", 1.5)
    monkeypatch.setattr(sole, "RENEW", 0.25)
    monkeypatch.setattr(sole, "ASK", 0.05)


@pytest.fixture
async def ledger(tmp_path):
    url = f"sqlite:///{tmp_path}/journal.db"
    await upgrade(url, "journal")
    async with _ledger(url) as ledger:
        yield ledger


@asynccontextmanager
async def _ledger(url):
    database = Database.open(url)
    journal = DatabaseJournal(database, spawn=spawn)
    try:
        yield JournalLedger(journal)
    finally:
        await journal.close()
        await database.close()


@pytest.fixture
async def postgres_url(postgres_server, postgres_templates):
    name = "frozen_owner"
    await run_sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_templates['journal']}")
    yield on_server(postgres_server, name)
    await run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


class Node:
    """Works until cancelled, and knows when it did; `met`: `rival` still worked when it began."""

    def __init__(self, ledger, name, rival=None):
        self.name, self.working, self.heard = name, False, []
        self.rival, self.met = rival, False
        self.tenancy = Tenancy(ledger, "caixa", name)
        self.task = spawn(self.tenancy.run(self.work, waiting=self.heard.append), name=name)

    async def work(self):
        self.working = True
        self.met = self.rival is not None and self.rival.working
        try:
            await asyncio.Event().wait()
        finally:
            self.working = False

    async def end(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_one_works_and_the_other_hears_who_does(ledger):
    first = Node(ledger, "a")
    await until(lambda: first.working)
    second = Node(ledger, "b")
    await until(lambda: second.heard)
    await asyncio.sleep(2 * sole.TERM)
    assert (first.working, second.working, second.heard) == (True, False, ["a"])
    await first.end()
    await second.end()


async def test_who_stops_cleanly_is_followed_at_once(ledger, monkeypatch):
    monkeypatch.setattr(sole, "TERM", 30)
    first = Node(ledger, "a")
    await until(lambda: first.working)
    second = Node(ledger, "b")
    await until(lambda: second.heard)
    began = time.monotonic()
    await first.end()
    await until(lambda: second.working)
    assert time.monotonic() - began < sole.TERM
    await second.end()


async def test_a_node_that_comes_back_needs_not_wait_for_itself(ledger, monkeypatch):
    monkeypatch.setattr(sole, "TERM", 30)
    await ledger.lease("caixa", "a", None)
    began = time.monotonic()
    node = Node(ledger, "a")
    await until(lambda: node.working)
    assert time.monotonic() - began < sole.TERM
    await node.end()


async def test_who_cannot_renew_stops_before_another_may_begin(ledger):
    class Away:
        broken = False

        def __getattr__(self, name):
            if self.broken:
                raise IntakeUnavailable("away")
            return getattr(ledger, name)

    away = Away()
    first = Node(away, "a")
    await until(lambda: first.working)
    second = Node(ledger, "b", rival=first)
    await until(lambda: second.heard)
    away.broken = True
    await until(lambda: second.working)
    assert not second.met
    await asyncio.gather(first.end(), second.end())


async def test_work_that_writes_too_late_waits_for_its_next_turn(ledger):
    tries = []

    async def work():
        tries.append(1)
        if len(tries) == 1:
            raise LeaseLost("caixa belongs to b now")

    async with asyncio.timeout(PATIENCE):
        await Tenancy(ledger, "caixa", "a").run(work, waiting=lambda _holder: None)
    assert len(tries) == 2


async def test_what_the_work_raises_is_raised_and_the_lease_given_back(ledger):
    async def work():
        raise ValueError("broken")

    with capture_logs() as told, pytest.raises(ValueError, match="broken"):
        await Tenancy(ledger, "caixa", "a").run(work, waiting=lambda _holder: None)
    assert (await ledger.lease("caixa", "b", None)).holder == "b"
    await asyncio.sleep(0)
    assert not [one for one in told if one["event"] == "task_failed"], "told once, by who asked for the work"


async def test_turns_of_chores_follow_the_lease(ledger):
    turn = asyncio.Event()
    other = Node(ledger, "a")
    await until(lambda: other.working)
    task = spawn(take_turns(Tenancy(ledger, "caixa", "b"), turn), name="turns")
    await asyncio.sleep(2 * sole.ASK)
    assert not turn.is_set()
    await other.end()
    await until(turn.is_set)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not turn.is_set()


OWNER = """
import asyncio, sys, time
from ingest import sole
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal
from store.ledger import JournalLedger
from store import sources
sole.TERM, sole.RENEW, sole.ASK = 1.5, 0.25, 0.05
url, where = sys.argv[1:]

async def main():
    ledger = JournalLedger(DatabaseJournal(Database.open(url), spawn=spawn))
    tenancy = sole.Tenancy(ledger, "caixa", "frozen")
    key = (await ledger.folder("caixa", "INBOX")).key

    def slow(connection):
        sources.trouble(connection, key, "the frozen one's")
        print("inside", flush=True)
        time.sleep(1)

    async def work():
        print("works", flush=True)
        try:
            if where == "inside":
                await tenancy.ledger._journal.write(slow)
            while True:
                await tenancy.ledger.trouble(key, "the frozen one's")
                print("wrote", flush=True)
                await asyncio.sleep(0.3)
        finally:
            print("stopped", flush=True)

    await tenancy.run(work, waiting=lambda holder: print("waits", holder, flush=True))

asyncio.run(main())
"""


@pytest.fixture
def frozen_at():
    """A function: begins a process that holds the lease and writes, and stops it where it is told."""
    owners = []

    def begin(url, where):
        owner = subprocess.Popen([sys.executable, "-c", OWNER, url, where], stdout=subprocess.PIPE, text=True)
        owners.append(owner)
        assert owner.stdout.readline() == "works\n"
        assert owner.stdout.readline() == {"between": "wrote\n", "inside": "inside\n"}[where]
        os.kill(owner.pid, signal.SIGSTOP)
        return owner

    yield begin
    for owner in owners:
        owner.kill()
        owner.wait()
        owner.stdout.close()


async def test_a_frozen_owner_that_comes_back_writes_nothing_and_stops(ledger, frozen_at, tmp_path):
    """Stopped by SIGSTOP between two writes, for longer than its lease lasts."""
    owner = frozen_at(f"sqlite:///{tmp_path}/journal.db", "between")
    successor = await _succeeds(ledger)
    os.kill(owner.pid, signal.SIGCONT)
    said = await asyncio.to_thread(_until_waiting, owner.stdout)
    assert "stopped\n" in said
    assert said[-1] == "waits next\n"
    assert (await ledger.folder("caixa", "INBOX")).trouble == "the successor's"
    assert successor.working
    await successor.end()


async def test_an_owner_frozen_in_the_middle_of_a_write_holds_up_nobody(postgres_url, frozen_at):
    """Only a server can end its transaction: nodes that share a database share a PostgreSQL."""
    owner = frozen_at(postgres_url, "inside")
    began = time.monotonic()
    async with _ledger(postgres_url) as ledger:
        successor = await _succeeds(ledger)
        assert time.monotonic() - began < 15
        os.kill(owner.pid, signal.SIGCONT)
        await asyncio.to_thread(owner.stdout.read)
        assert (await ledger.folder("caixa", "INBOX")).trouble == "the successor's"
        await successor.end()


async def _succeeds(ledger):
    successor = Node(ledger, "next")
    await until(lambda: successor.working)
    key = (await ledger.folder("caixa", "INBOX")).key
    await successor.tenancy.ledger.trouble(key, "the successor's")
    return successor


def _until_waiting(lines):
    said = []
    for line in lines:
        said.append(line)
        if line.startswith("waits"):
            break
    return said
