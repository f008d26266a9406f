"""`balcao status` after a `kill -9` says of each lease that nobody renews it, on SQLite and PostgreSQL."""

import asyncio

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = pytest.mark.e2e


@pytest.fixture(params=["sqlite", "postgresql"])
def daemon(request, tmp_path):
    if request.param == "sqlite":
        daemon = Daemon(tmp_path).start()
        yield daemon
        daemon.stop()
        return
    server = request.getfixturevalue("postgres_server")
    asyncio.run(run_sql(server, "CREATE DATABASE balcao_left_behind"))
    daemon = Daemon(tmp_path, extra=f'database: "{on_server(server, "balcao_left_behind")}"').start()
    yield daemon
    daemon.stop()
    asyncio.run(run_sql(server, "DROP DATABASE balcao_left_behind WITH (FORCE)"))


def lease_of(daemon):
    return next(iter(daemon.json("status")["leases"]), None)


def test_a_lease_of_a_killed_daemon_is_told_as_one_that_nobody_renews(daemon):
    held = wait_for(lambda: lease_of(daemon), what="the chores")
    assert (held["name"], held["here"], held["renewed"], held["taken_over_after_s"]) == ("chores", True, True, None)

    daemon.kill()
    assert lease_of(daemon) == held | {"renewed": False, "taken_over_after_s": 9.0}
    shown = " ".join(daemon.balcao("status", "--lang", "en", check=False).split())
    assert "Held here" not in shown
    words = (
        f"Not renewed chores, of {held['holder']}, who is gone: this node takes it when it starts, another after 9 s"
    )
    assert words in shown

    daemon.start()
    wait_for(lambda: lease_of(daemon) == held, what="the chores again")
    assert "Held here" in daemon.balcao("status", "--lang", "en")
