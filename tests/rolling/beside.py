"""`make rolling`: the version of before the newest migration beside this one, at one PostgreSQL, under load.

The old one runs on the schema that it made; the new one migrates it while customers write to both; the old one goes on
accepting and filing. It needs the history of this repository, so it is no part of `make test`, which tries every
statement of the old version instead (`tests/store/test_rolling.py`).
"""

import asyncio
import subprocess
import sys
import threading
from functools import partial

import pytest

from store.migrating import newest
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import History, Sender, deliver_chat, send_mail
from tests.rolling.record import ROOT, unpacked, version_of
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

EXTRA = """\
store: {{url: "{url}"}}
journal: {{url: "{url}"}}
acknowledgement: {{budgets: {{per_domain: 100000, same_text: null}}}}"""
SOME = 60


def commit_before_the_newest_migration():
    added = ["git", "log", "-1", "--diff-filter=A", "--format=%H~1", "--", "store/migrations"]
    return subprocess.run(added, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def url(postgres_server):
    asyncio.run(run_sql(postgres_server, "CREATE DATABASE balcao_rolling"))
    yield on_server(postgres_server, "balcao_rolling")
    asyncio.run(run_sql(postgres_server, "DROP DATABASE balcao_rolling WITH (FORCE)"))


@pytest.fixture
def old(tmp_path, url):
    """Its code from the history, run by our interpreter."""
    tree = tmp_path / "tree"
    tree.mkdir()
    unpacked(commit_before_the_newest_migration(), tree)
    code = {"command": (sys.executable, "-m", "ingest.cli"), "environment": {"PYTHONPATH": str(tree)}}
    daemon = Daemon(tmp_path / "old", extra=EXTRA.format(url=url), **code)
    yield daemon, tree
    daemon.stop()


@pytest.fixture
def new(tmp_path, url):
    daemon = Daemon(tmp_path / "new", extra=EXTRA.format(url=url))
    yield daemon
    daemon.stop()


def senders_to(daemon, name, history, stop):
    return [
        Sender(f"{name}m", partial(send_mail, daemon.ports["smtp"]), history, stop),
        Sender(f"{name}c", deliver_chat(daemon.ports["public"], daemon.secret), history, stop),
    ]


def revisions(url):
    async def ask():
        import asyncpg  # noqa: PLC0415 - here alone

        connection = await asyncpg.connect(url)
        try:
            rows = [
                await connection.fetchval(f"SELECT version_num FROM {kind}_version") for kind in ("desk", "journal")
            ]
        finally:
            await connection.close()
        return "+".join(rows)

    return asyncio.run(ask())


def answered_by(history, name):
    return sum(mark.startswith(name) for mark in history.answered)


def done(daemon):
    return daemon.metrics().get('balcao_settled_total{fate="done"}', 0.0)


def test_the_version_of_before_goes_on_beside_this_one_and_nothing_is_lost_or_doubled(old, new, url):
    old, tree = old
    old.start()
    assert revisions(url) == version_of(tree) != version_of(ROOT)
    history, stop = History(), threading.Event()
    senders = senders_to(old, "old", history, stop)
    for sender in senders:
        sender.start()
    try:
        wait_for(lambda: answered_by(history, "old") > SOME, what="traffic at the old one")
        new.start()
        assert revisions(url) == f"{newest('desk')}+{newest('journal')}"
        more = senders_to(new, "new", history, stop)
        for sender in more:
            sender.start()
        senders += more
        before, filed = answered_by(history, "old"), done(old)
        wait_for(lambda: answered_by(history, "old") > before + SOME, what="the old one accepting on the new schema")
        wait_for(lambda: done(old) > filed + SOME / 4, what="the old one filing on the new schema")
        wait_for(lambda: answered_by(history, "new") > SOME, what="traffic at the new one")
    finally:
        stop.set()
        for sender in senders:
            sender.join(30)
    assert old.stop() == 0
    wait_for(new.drained, what="an empty journal and outbox")
    history.is_kept_once(new.tickets())
    counts = new.json("status")["journal"]["counts"]
    assert counts["failed"] == counts["quarantined"] == 0
    assert not old.logged("interaction_failed")
    assert not old.logged("task_failed")
