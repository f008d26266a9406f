"""Attack 4: the ticket database is older than this code, and another process holds what a migration needs.

Another node that migrates holds an advisory lock of PostgreSQL, or the write lock of the SQLite file.
"""

import asyncio
import contextlib
import sqlite3

import asyncpg
import pytest

from store import migrating
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import entries, filed, part
from tests.e2e.senders import chat_body, post, send_mail
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = pytest.mark.e2e

OLDER = "d0016"
NAME = "balcao_migration_under_way"


@contextlib.contextmanager
def sqlite_store(folder, _request):
    url = f"sqlite:///{folder / 'var' / 'balcao.db'}"

    @contextlib.contextmanager
    def held():
        lock = sqlite3.connect(folder / "var" / "balcao.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            lock.execute("ROLLBACK")
            lock.close()

    yield url, None, held


@contextlib.contextmanager
def postgres_store(_folder, request):
    server = request.getfixturevalue("postgres_server")
    asyncio.run(run_sql(server, f"CREATE DATABASE {NAME}"))
    url = on_server(server, NAME)

    @contextlib.contextmanager
    def held():
        with asyncio.Runner() as loop:
            session = loop.run(asyncpg.connect(url))
            loop.run(session.execute(f"SELECT pg_advisory_lock({migrating._ONE_AT_A_TIME})"))
            try:
                yield
            finally:
                loop.run(session.close())

    try:
        yield url, f'store: {{url: "{url}"}}', held
    finally:
        asyncio.run(run_sql(server, f"DROP DATABASE {NAME} WITH (FORCE)"))


def _greets(daemon):
    with contextlib.suppress(OSError):
        send_mail(daemon.ports["smtp"], "durante")
        return True
    return False


@pytest.mark.parametrize(
    "store",
    [pytest.param(sqlite_store, id="sqlite"), pytest.param(postgres_store, id="postgresql", marks=pytest.mark.long)],
)
def test_mail_is_accepted_meanwhile_and_filed_by_itself_afterwards(tmp_path, request, store):
    with store(tmp_path, request) as (url, extra, held):
        asyncio.run(migrating.upgrade(url, "desk", OLDER))
        daemon = Daemon(tmp_path, extra=extra or "")
        try:
            with held():
                daemon.start(ready=False)
                wait_for(lambda: _greets(daemon), what="a door that is open")
                assert post(daemon.ports["public"], "site", daemon.secret(), chat_body("tambem"), "id-1")[0] == 202
                wait_for(lambda: part(daemon, "store")[0] == "down", what="a word at /readyz")
                wait_for(lambda: part(daemon, "rules")[0] == "up", what="the rest of it")
                told = daemon.json("status")["verdict"]
                assert told["state"] == "stopped"
                assert {"part_down"} == {one["code"] for one in told["reasons"] if one["state"] == "stopped"}
                assert "schema" in part(daemon, "store")[1]
                assert [line["state"] for line in daemon.logged("part_changed") if line["part"] == "store"] == ["down"]
                assert asyncio.run(migrating.current(url, "desk")) == OLDER
                assert len(entries(daemon, "waiting")) + len(entries(daemon, "claimed")) == 2
            wait_for(lambda: daemon.get("/readyz")["ready"], what="readiness")
            assert len(filed(daemon, "durante")["messages"]) == 1
            wait_for(lambda: len(daemon.tickets()) == 2, what="both tickets")
            assert asyncio.run(migrating.current(url, "desk")) == migrating.newest("desk")
            assert {entry["attempts"] for entry in entries(daemon, "done")} == {1}
        finally:
            assert daemon.stop() == 0
