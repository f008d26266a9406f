"""The journal's file cut anywhere in its last page, bits flipped, copied in the middle of writing: the rest is kept."""

import asyncio
import base64
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from domain.raw import RawInteraction
from ingest.supervise import spawn
from store import journal_dump
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade

PAGE = 4096
COUNT = 30
STRIDE = 1 if os.environ.get("BALCAO_FAULTS") == "full" else 61
"""Bytes between two cuts: every byte by `make faults`."""
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)
WRITER = """
import asyncio, sys
from datetime import datetime, UTC
from domain.raw import RawInteraction
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal

async def main():
    journal = DatabaseJournal(Database.open(f"sqlite:///{sys.argv[1]}"), spawn=spawn)
    for number in range(100_000):
        await journal.append(RawInteraction(channel="email", dedup_key=f"key {number}", received_at=datetime.now(UTC),
                                            payload=b"x" * (number % 9000), envelope={}))
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A journal's file as bytes, its log written into it, and the payloads that are in it."""
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    chance = random.Random(46)
    payloads = [chance.randbytes(700 + number) for number in range(COUNT)]

    async def fill():
        await upgrade(f"sqlite:///{path}", "journal")
        database = Database.open(f"sqlite:///{path}")
        journal = DatabaseJournal(database, spawn=spawn)
        for number, payload in enumerate(payloads):
            one = RawInteraction(
                channel="email", dedup_key=f"key {number}", payload=payload, received_at=NOW, envelope={}
            )
            await journal.append(one)
        await journal.close()
        await database.close()

    asyncio.run(fill())
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes(), payloads


def claimed(path, content):
    """The payloads that a worker would be given from this file."""
    path.write_bytes(content)

    async def claim():
        database = Database.open(f"sqlite:///{path}")
        journal = DatabaseJournal(database, spawn=spawn, clock=lambda: LATER)
        try:
            return [entry.raw.payload for entry in await journal.claim(100)]
        finally:
            await journal.close()
            await database.close()

    try:
        return asyncio.run(claim())
    finally:
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def leaves(content, payloads):
    """Numbers of the pages that hold payloads."""
    return sorted({content.index(payload) // PAGE for payload in payloads})


def test_cut_anywhere_in_its_last_page_an_export_saves_all_but_what_lay_there(whole, tmp_path):
    """A page holds at most five of these. `balcao journal export`, then `import` into a new file."""
    content, payloads = whole
    for cut in [*range(1, PAGE, STRIDE), PAGE - 1]:
        saved = exported(tmp_path / "cut.db", content[:-cut])
        assert len(saved) == COUNT, "each entry is told, damaged or not"
        intact = [base64.b64decode(one["payload"]) for one in saved if "payload" in one and "damaged" not in one]
        assert set(intact) <= set(payloads)
        assert len(intact) >= COUNT - 5, f"cut by {cut}"


def exported(path, content):
    path.write_bytes(content)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return journal_dump.entries_after(connection, None)
    finally:
        engine.dispose()


def test_one_bit_flipped_in_any_payloads_page_costs_at_most_that_page(whole, tmp_path):
    content, payloads = whole
    chance = random.Random(5)
    for page in leaves(content, payloads):
        for _ in range(4):
            place = page * PAGE + chance.randrange(900, PAGE)
            damaged = bytearray(content)
            damaged[place] ^= 1 << chance.randrange(8)
            got = claimed(tmp_path / "flipped.db", bytes(damaged))
            assert set(got) <= set(payloads), "a damaged payload was given out"
            assert len(got) >= COUNT - 5, "more than its page is lost"


def test_copied_in_the_middle_of_writing_every_promise_is_in_the_copy(tmp_path, sqlite_journal):
    """Power loss as the file system would show it: the writer stands still while its files are copied."""
    source = tmp_path / "journal.db"
    shutil.copy(sqlite_journal, source)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(source)], stdout=subprocess.PIPE) as writer:
        try:
            for turn in range(4):
                promised = max(int(writer.stdout.readline()) for _ in range(150))
                writer.send_signal(signal.SIGSTOP)
                copy = tmp_path / f"copy{turn}.db"
                for suffix in ("", "-wal"):
                    shutil.copy(f"{source}{suffix}", f"{copy}{suffix}")
                writer.send_signal(signal.SIGCONT)
                assert set(range(promised + 1)) <= keys_in(copy)
        finally:
            writer.kill()


def keys_in(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        query = "SELECT dedup_key, length(payload) = size FROM raw JOIN raw_payloads USING (raw_id)"
        rows = connection.execute(query).fetchall()
    assert all(whole for _key, whole in rows)
    return {int(key.split()[1]) for key, _whole in rows}


@pytest.fixture
def sqlite_journal(migrated):
    return migrated["journal"]
