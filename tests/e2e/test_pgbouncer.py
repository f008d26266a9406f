"""The daemon behind PgBouncer: a connection of its own for each client works, shared ones are refused in words."""

import asyncio
import subprocess

import asyncpg
import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import part
from tests.e2e.senders import send_mail
from tests.pgbouncer import pooling, program
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.long,
    pytest.mark.skipif(program() is None, reason="pgbouncer is not installed; as root, `make test` installs it"),
]

MAILS = 30


@pytest.fixture
def database(postgres_server):
    asyncio.run(run_sql(postgres_server, "CREATE DATABASE balcao_pooled"))
    yield "balcao_pooled"
    asyncio.run(run_sql(postgres_server, "DROP DATABASE balcao_pooled WITH (FORCE)"))


def test_behind_a_pooler_in_session_mode_everything_is_as_without(postgres_server, database, tmp_path):
    """Migrated, accepted, claimed, filed and answered, over a kill, and what is notified is heard."""
    with pooling(postgres_server, tmp_path, "session") as url:
        daemon = Daemon(tmp_path / "node", extra=f'database: "{url.format(name=database)}"').start()
        try:
            for number in range(MAILS):
                send_mail(daemon.ports["smtp"], f"antes-{number}")
            daemon.kill()
            daemon.start()
            send_mail(daemon.ports["smtp"], "depois")
            wait_for(daemon.drained, what="an empty journal and outbox")
            assert len(daemon.tickets()) == MAILS + 1
            assert part(daemon, "store")[0] == part(daemon, "journal")[0] == part(daemon, "worker")[0] == "up"
            assert daemon.logged("not_listening") == []
        finally:
            assert daemon.stop() == 0


def test_a_pooler_in_transaction_mode_is_refused_with_what_to_set(postgres_server, database, tmp_path):
    """What one client has prepared would be run for another: no start, nothing accepted, no table touched."""
    with pooling(postgres_server, tmp_path, "transaction") as url:
        daemon = Daemon(tmp_path / "node", extra=f'database: "{url.format(name=database)}"').start(ready=False)
        assert daemon.process.wait(60) == 2
        assert "pool_mode = session" in daemon.tail()
        told = subprocess.run(
            [*daemon.command, "db", "upgrade", "-c", str(daemon.config)], capture_output=True, text=True, check=False
        )
        assert (told.returncode, "pool_mode = session" in told.stderr) == (2, True)
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert asyncio.run(_counted(on_server(postgres_server, database), tables)) == 0


def test_a_pooler_that_refuses_what_we_set_is_told_in_its_own_words(postgres_server, database, tmp_path):
    with pooling(postgres_server, tmp_path, "session", more="") as url:
        daemon = Daemon(tmp_path / "node", extra=f'database: "{url.format(name=database)}"').start(ready=False)
        assert daemon.process.wait(60) == 2
        assert "unsupported startup parameter" in daemon.tail()


async def _counted(url, query):

    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
