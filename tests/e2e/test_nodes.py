"""Three identical nodes at one PostgreSQL: one is killed and one frozen under load, and nothing is lost or doubled."""

import asyncio
import email
import http.client
import os
import re
import signal
import smtplib
import threading
import time
from email import policy

import asyncpg
import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import History, Sender, chat_body, post, send_mail
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.e2e, pytest.mark.long]

EXTRA = """\
database: "{url}"
worker: {{processes: 1, batch: 20}}
acknowledgement: {{budgets: {{per_domain: 100000, same_text: null}}}}"""
TAKEOVER = 15.0
NODES = 3


@pytest.fixture(scope="module")
def url(postgres_server):
    asyncio.run(run_sql(postgres_server, "CREATE DATABASE balcao_nodes"))
    yield on_server(postgres_server, "balcao_nodes")
    asyncio.run(run_sql(postgres_server, "DROP DATABASE balcao_nodes WITH (FORCE)"))


@pytest.fixture(scope="module")
def nodes(tmp_path_factory, url):
    """All begin at once, on an empty database, with the same secrets."""
    made = [Daemon(tmp_path_factory.mktemp(f"node{number}"), extra=EXTRA.format(url=url)) for number in range(NODES)]
    for node in made:
        secrets = node.folder / "var" / "secrets"
        secrets.mkdir(parents=True, mode=0o700)
        for name in ("token", "site", "telefone"):
            (secrets / f"{name}.key").write_text("whsec_" + "c2VjcmV0" * 6)
            (secrets / f"{name}.key").chmod(0o600)
        node.start(ready=False)
    for node in made:
        wait_for(node.is_ready, what="readiness")
    yield made
    for node in made:
        if node.process.poll() is None:
            os.kill(node.process.pid, signal.SIGCONT)
            node.stop()


def rows(url, query):
    async def ask():
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def name_of(node):
    return next(iter((node.folder / "var" / "node").read_text().split()))


def holding(url, node):
    """How many entries and messages `node` has claimed."""
    claimed = f"claimed_by LIKE '%/{name_of(node)}'"
    query = f"SELECT (SELECT count(*) FROM raw WHERE fate = 'claimed' AND {claimed}),"
    query += f" (SELECT count(*) FROM outbox WHERE state = 'sending' AND {claimed})"
    return sum(rows(url, query)[0])


def chores_of(url, nodes):
    [(holder,)] = rows(url, "SELECT holder FROM leases WHERE name = 'chores'")
    return next((node for node in nodes if holder.endswith(name_of(node))), None)


def delivering(nodes, first, deliver):
    """As behind a load balancer: whoever does not answer is passed over."""

    def attempt(mark):
        time.sleep(0.1)  # what matters here is who dies when, not how much
        for step in range(len(nodes)):
            try:
                return deliver(nodes[(first + step) % len(nodes)], mark)
            except (OSError, smtplib.SMTPException, http.client.HTTPException) as error:
                last = error
        raise last

    return attempt


def by_mail(node, mark):
    send_mail(node.ports["smtp"], mark, timeout=4)


def by_chat(node, mark):
    status, body = post(node.ports["public"], "site", node.secret(), chat_body(mark), f"id-{mark}", timeout=4)
    if status not in {200, 202}:
        raise ConnectionError(f"{status} {body!r}")


def frozen_while_holding(url, node):
    """SIGSTOP in the middle of something."""
    for _ in range(200):
        os.kill(node.process.pid, signal.SIGSTOP)
        if holding(url, node):
            return
        os.kill(node.process.pid, signal.SIGCONT)
        time.sleep(0.02)
    raise AssertionError("the node was never seen holding anything")


def letters(nodes):
    """Ticket number of every letter that went out, from whichever node."""
    found = []
    for node in nodes:
        for file in (node.folder / "var" / "outgoing").glob("*.eml"):
            letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            found += re.findall(r"\[#(\d+)\]", letter["Subject"])
    return found


def test_they_migrated_an_empty_database_once(nodes, url):
    assert len(rows(url, "SELECT version_num FROM desk_version")) == 1
    assert len(rows(url, "SELECT version_num FROM journal_version")) == 1
    assert [node.logged("part_changed") != [] for node in nodes] == [True] * NODES
    assert all(not node.logged("task_failed") for node in nodes)


def test_one_killed_and_one_frozen_lose_and_double_nothing_and_a_third_goes_on_within_15_s(nodes, url):
    history, stop = History(), threading.Event()
    senders = [
        Sender(f"n{kind}{number}", delivering(nodes, number, deliver), history, stop)
        for kind, deliver in (("m", by_mail), ("c", by_chat))
        for number in range(NODES)
    ]
    for sender in senders:
        sender.start()
    try:
        wait_for(lambda: len(history.answered) > 60, what="traffic")
        dead = wait_for(lambda: chores_of(url, nodes), what="an owner of the chores")
        dead.kill()
        frozen, alive = (node for node in nodes if node is not dead)
        frozen_while_holding(url, frozen)
        began = time.monotonic()
        wait_for(lambda: holding(url, dead) + holding(url, frozen) == 0, what="a successor to what they held")
        wait_for(lambda: chores_of(url, nodes) is alive, what="a successor to the chores")
        took = time.monotonic() - began
        before = len(history.answered)
        wait_for(lambda: len(history.answered) > before + 30, what="traffic at the third alone")
        os.kill(frozen.process.pid, signal.SIGCONT)
        before = len(history.answered)
        wait_for(lambda: len(history.answered) > before + 30, what="traffic at both")
    finally:
        stop.set()
        for sender in senders:
            sender.join(30)
    wait_for(alive.drained, what="an empty journal and outbox")
    history.is_kept_once(alive.tickets())
    sent = letters(nodes)
    assert len(sent) == len(set(sent))
    assert took <= TAKEOVER
    assert alive.json("status")["journal"]["counts"]["failed"] == 0
