"""Units of work on both databases: atomic, durable, and clear about what is not possible now."""

import asyncio
import gc
import os
import sqlite3
import threading
import time

import pytest
from sqlalchemy import insert, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.errors import StoreUnavailable
from store.engines import Database
from store.moments import EPOCH
from store.schema import contacts
from tests.store.conftest import on_server, run_sql


def add(number):
    return lambda connection: connection.execute(insert(contacts).values(id=number, created_at=EPOCH))


def ids(connection):
    return list(connection.execute(select(contacts.c.id).order_by(contacts.c.id)).scalars())


async def test_a_database_that_goes_silent_is_given_up_after_the_patience(open_database, fresh_url, backend):
    """PostgreSQL: a statement without an answer. SQLite: another process that holds the lock."""
    database = await open_database(url := await fresh_url("desk"), patience=0.3)
    if backend == "sqlite":
        locked = sqlite3.connect(make_url(url).database, isolation_level=None)
        locked.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await database.write(lambda connection: connection.execute(text("SELECT pg_sleep(30)")))
    assert time.monotonic() - begun < 10
    if backend == "sqlite":
        locked.close()
    await database.write(add(1))
    assert await database.read(ids) == [1]


async def test_a_unit_is_committed_when_it_returns(desk):
    await desk.write(add(1))
    assert await desk.read(ids) == [1]


async def test_a_unit_that_raises_leaves_nothing(desk):
    def unit(connection):
        add(1)(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await desk.write(unit)
    assert await desk.read(ids) == []


async def test_integrity_errors_pass_through(desk):
    await desk.write(add(1))
    with pytest.raises(IntegrityError):
        await desk.write(add(1))


async def test_reading_units_cannot_write(desk):
    with pytest.raises((DBAPIError, StoreUnavailable)):
        await desk.read(add(1))
    assert await desk.read(ids) == []


async def test_read_modify_write_loses_nothing(desk):
    await desk.write(add(1))

    def count_up(connection):
        name = connection.execute(select(contacts.c.name).where(contacts.c.id == 1).with_for_update()).scalar()
        connection.execute(contacts.update().values(name=str(int(name or 0) + 1)))

    await asyncio.gather(*(desk.write(count_up) for _ in range(40)))
    assert await desk.read(lambda connection: connection.execute(select(contacts.c.name)).scalar()) == "40"


async def test_a_database_that_is_not_migrated_is_unavailable(fresh_url, open_database):
    journal = await open_database("journal")
    with pytest.raises(StoreUnavailable):
        await journal.read(ids)


async def test_readers_see_the_last_commit_while_a_writer_is_at_work(backend, open_database):
    desk = await open_database("desk")
    await desk.write(add(1))
    seen = []

    def writing(connection):
        add(2)(connection)
        if backend == "sqlite":  # units run in threads: hold the transaction open until the reader is done
            assert done.wait(10)

    async def reading():
        seen.append(await desk.read(ids))
        done.set()

    done = threading.Event()
    await asyncio.gather(desk.write(writing), reading())
    assert seen[0] in ([1], [1, 2])
    assert await desk.read(ids) == [1, 2]


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_only_durable_known_databases_are_opened(url):
    with pytest.raises(ValueError, match="database"):
        Database.open(url)


async def test_an_unreachable_server_is_unavailable():
    database = Database.open("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable) as caught:
        await database.read(ids)
    await database.close()
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.detail


async def test_a_server_that_lacks_the_database_is_unavailable(postgres_server):
    database = Database.open(postgres_server.replace("/postgres?", "/is_not_there?"))
    with pytest.raises(StoreUnavailable):
        await database.read(ids)
    await database.close()


class TestSqlite:
    """What only a file can suffer."""

    @pytest.fixture
    def backend(self):
        return "sqlite"

    async def test_every_connection_syncs_each_commit_and_checks_foreign_keys(self, desk):
        def pragmas(connection):
            names = ("journal_mode", "synchronous", "foreign_keys")
            return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

        assert await desk.write(pragmas) == ["wal", 2, 1]
        assert await desk.read(pragmas) == ["wal", 2, 1]

    async def test_a_locked_file_is_unavailable_after_the_timeout(self, open_database):
        desk = await open_database("desk", busy_timeout=0.05)
        other = sqlite3.connect(desk.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="cannot be used now"):
            await desk.write(add(1))
        assert await desk.read(ids) == []
        other.execute("ROLLBACK")
        other.close()
        await desk.write(add(1))
        assert await desk.read(ids) == [1]

    async def test_a_full_disk_is_unavailable_and_recovers(self, desk):
        def limit(pages):
            return lambda connection: connection.execute(text(f"PRAGMA max_page_count = {pages}"))

        def fill(connection):
            connection.execute(insert(contacts).values(id=2, name="x" * 2_000_000, created_at=EPOCH))

        await desk.write(add(1))
        await desk.write(limit(1))
        with pytest.raises(StoreUnavailable):
            await desk.write(fill)
        await desk.write(limit(1_000_000))
        await desk.write(fill)
        assert await desk.read(ids) == [1, 2]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write to read-only files")
    async def test_a_read_only_file_is_unavailable(self, desk):
        desk.file.chmod(0o400)
        with pytest.raises(StoreUnavailable):
            await desk.write(add(1))

    async def test_a_database_made_read_only_is_unavailable(self, desk):
        await desk.write(lambda connection: connection.execute(text("PRAGMA query_only = ON")))
        with pytest.raises(StoreUnavailable):
            await desk.write(add(1))

    async def test_a_file_that_is_not_there_is_not_made(self, tmp_path):
        database = Database.open(f"sqlite:///{tmp_path}/none.db")
        with pytest.raises(StoreUnavailable):
            await database.write(add(1))
        await database.close()
        assert list(tmp_path.iterdir()) == []

    async def test_a_deleted_file_is_noticed_before_anything_is_promised(self, desk):
        await desk.write(add(1))
        for file in desk.file.parent.glob(f"{desk.file.name}*"):
            file.unlink()
        with pytest.raises(StoreUnavailable):
            await desk.write(add(2))

    async def test_a_file_that_is_no_database_is_unavailable(self, tmp_path):
        (tmp_path / "x.db").write_bytes(b"this is not a database, it is a letter" * 100)
        database = Database.open(f"sqlite:///{tmp_path}/x.db")
        with pytest.raises(StoreUnavailable):
            await database.read(ids)
        await database.close()

    async def test_closing_gives_back_every_connection_and_thread(self, fresh_url):
        database = Database.open(await fresh_url("desk"))
        await asyncio.gather(database.write(add(1)), *(database.read(ids) for _ in range(8)))
        await database.close()
        gc.collect()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("sqlite ")]
        with pytest.raises(StoreUnavailable):
            await database.read(ids)


async def test_a_server_that_was_read_only_is_written_to_as_soon_as_it_may_be(postgres_server, postgres_templates):
    """As a proxy's connection to the primary of yesterday: a session once told to write nothing stays so for ever."""
    name = "balcao_once_read_only"
    await run_sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_templates['desk']}")
    await run_sql(postgres_server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    async with Database.open(on_server(postgres_server, name)) as database:
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await database.write(add(1))
        await run_sql(postgres_server, f"ALTER DATABASE {name} RESET ALL")
        with pytest.raises(StoreUnavailable):
            await database.read(add(1))  # a snapshot is never written to
        await database.write(add(1))
        assert await database.read(ids) == [1]
    await run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


async def test_looking_for_a_pooler_costs_no_connection_where_there_is_none(open_database, fresh_url, backend):
    """It is seen in the number that a pooler gives itself; only before one does a start hold two at once."""
    database = await open_database(await fresh_url("desk"))
    await database.examine()
    if backend == "postgresql":
        ours = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert await database.read(lambda connection: connection.execute(ours).scalar()) == 1
