"""Processes at one PostgreSQL wake each other; a connection that hears nothing is replaced."""

import asyncio
import time
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import make_url

from ingest.supervise import ended, spawn
from store import bell as bells
from store.bell import DESK, JOURNAL, Bell, ring_with
from store.engines import Database
from tests.patience import PATIENCE, until
from tests.store.conftest import run_sql


@pytest.fixture(autouse=True)
def short_times(monkeypatch):
    monkeypatch.setattr(bells, "RETRY", 0.05)


class Heard:
    """Counts, and can be waited for."""

    def __init__(self):
        self.times = 0
        self._more = asyncio.Event()

    def __call__(self):
        self.times += 1
        self._more.set()

    async def more(self):
        async with asyncio.timeout(PATIENCE):
            await self._more.wait()
        self._more.clear()


@asynccontextmanager
async def ringing(url, **heard):
    bell = Bell(url, heard)
    async with ended(spawn(bell.run(), name="bell")):
        for one in heard.values():
            await one.more()
        yield bell


async def nothing_more(heard):
    times = heard.times
    await asyncio.sleep(0.3)
    return heard.times == times


async def test_one_rings_and_the_others_hear_what_they_listen_to(postgres_server):
    entries, messages, own = Heard(), Heard(), Heard()
    async with (
        ringing(postgres_server, **{JOURNAL: entries}),
        ringing(postgres_server, **{DESK: messages}),
        ringing(postgres_server, **{JOURNAL: own}) as ringer,
    ):
        ringer.ring(JOURNAL)
        await entries.more()
        assert await nothing_more(messages)
        assert own.times == 1  # at its start, and not by its own ringing


async def test_it_connects_as_the_databases_address_says(postgres_server):
    """`sslmode` is libpq's word, which the driver does not know: this stopped every daemon whose database has TLS."""
    url, heard = make_url(postgres_server).update_query_dict({"sslmode": "disable"}), Heard()
    async with ringing(url, **{JOURNAL: heard}), ringing(url) as ringer:
        ringer.ring(JOURNAL)
        await heard.more()


async def test_what_is_rung_in_the_same_moment_is_told_once(postgres_server, monkeypatch):
    monkeypatch.setattr(bells, "GAP", 0.2)
    entries = Heard()
    async with ringing(postgres_server, **{JOURNAL: entries}), ringing(postgres_server) as ringer:
        before, began = entries.times, time.monotonic()
        for _ in range(1000):
            ringer.ring(JOURNAL)
            await asyncio.sleep(0)
        gaps = (time.monotonic() - began) / bells.GAP
        await entries.more()
        await asyncio.sleep(0.5)
        assert 1 <= entries.times - before <= 2 + gaps


async def test_a_connection_that_dies_is_opened_again_and_what_was_missed_is_looked_for(postgres_server):
    entries = Heard()
    async with ringing(postgres_server, **{JOURNAL: entries}), ringing(postgres_server) as ringer:
        listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'NOTIFY balcao_echo%'"
        await run_sql(postgres_server, listening)
        await entries.more()  # a new connection: something may have been missed
        ringer.ring(JOURNAL)
        await entries.more()


async def test_a_connection_that_dies_in_the_middle_of_telling_ends_nothing(postgres_server, monkeypatch):
    """asyncpg then speaks of an error of its own, which is no PostgresError; the task is vital to the daemon."""
    tell, lost = asyncpg.Connection.execute, []

    async def lost_once(self, query, *arguments, **options):
        if JOURNAL in query and not lost:
            lost.append(query)
            raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
        return await tell(self, query, *arguments, **options)

    entries = Heard()
    async with ringing(postgres_server, **{JOURNAL: entries}), ringing(postgres_server, **{DESK: Heard()}) as ringer:
        monkeypatch.setattr(asyncpg.Connection, "execute", lost_once)
        ringer.ring(JOURNAL)
        await until(lambda: lost)
        before = entries.times
        ringer.ring(JOURNAL)
        await entries.more()
    assert entries.times == before + 1


async def test_a_connection_that_hears_nothing_is_not_trusted(postgres_server, monkeypatch):
    """As behind a pooler that gives each statement another connection: LISTEN is answered, and nothing ever comes."""
    monkeypatch.setattr(bells, "PATIENCE", 0.5)
    entries, asked = Heard(), 0

    async def deaf(_self, _channel, _callback):
        nonlocal asked
        asked += 1

    monkeypatch.setattr(asyncpg.Connection, "add_listener", deaf)
    bell = Bell(postgres_server, {JOURNAL: entries})
    async with ended(spawn(bell.run(), name="bell")):
        await until(lambda: asked >= 4)
        assert entries.times == 0
        monkeypatch.undo()
        monkeypatch.setattr(bells, "RETRY", 0.05)
        await entries.more()


async def test_a_server_that_is_away_is_tried_again(postgres_server, monkeypatch):
    entries = Heard()
    nowhere = make_url(postgres_server).set(database="balcao_not_there_yet").render_as_string(hide_password=False)
    bell = Bell(nowhere, {JOURNAL: entries})
    async with ended(spawn(bell.run(), name="bell")):
        bell.ring(JOURNAL)
        await asyncio.sleep(0.3)
        await run_sql(postgres_server, "CREATE DATABASE balcao_not_there_yet")
        await entries.more()
    await run_sql(postgres_server, "DROP DATABASE balcao_not_there_yet WITH (FORCE)")


async def test_what_people_do_rings_with_its_transaction(postgres_server):
    entries = Heard()
    async with ringing(postgres_server, **{JOURNAL: entries}), Database.open(postgres_server) as database:
        await database.write(lambda connection: ring_with(connection, JOURNAL))
        await entries.more()


async def test_sqlite_needs_no_bell(tmp_path):
    (tmp_path / "x.db").touch()
    async with Database.open(f"sqlite:///{tmp_path}/x.db") as database:
        await database.write(lambda connection: ring_with(connection, JOURNAL))
