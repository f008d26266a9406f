"""Answered means kept, exactly once, with the journal on a cluster of three RabbitMQ nodes (issue 7, point 2).

Three real nodes, started here; two daemons: one accepts and knows no database, one files the tickets. What is
simulated is said in tests/rabbit.py. `make cluster` does the same for longer, and more of it.
"""

import asyncio
import os
import subprocess
import threading
import time
from functools import partial

import aio_pika
import pytest

from tests import rabbit
from tests.e2e.daemon import BALCAO, Daemon, wait_for
from tests.e2e.looking import part
from tests.e2e.senders import History, Sender, deliver_chat, marks_in, send_mail

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(400)]

EXTRA = """\
journal: {{url: "env:BALCAO_TEST_BROKER", queue: balcao.e2e}}
acknowledgement: {{budgets: {{per_address: 1000, per_domain: 100000, all: 100000, same_text: null}}}}"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    if rabbit.server() is None:
        pytest.skip("rabbitmq-server is not installed; as root, `make test` installs it")
    cluster = rabbit.Cluster(tmp_path_factory.mktemp("rabbitmq"), count=3)
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def daemon(cluster, tmp_path_factory):
    """Everything in one process."""
    os.environ["BALCAO_TEST_BROKER"] = cluster.url()
    daemon = Daemon(tmp_path_factory.mktemp("daemon"), extra=EXTRA.format()).start()
    yield daemon
    daemon.stop()
    del os.environ["BALCAO_TEST_BROKER"]


@pytest.fixture
def intake(daemon, tmp_path):
    """A node that accepts mail; there is no database where its settings say."""
    nowhere = 'store: {url: "postgresql://balcao@127.0.0.1:1/balcao"}'
    node = Daemon(tmp_path, role="receive", extra=f"{EXTRA.format()}\n{nowhere}").start(ready=False)
    wait_for(lambda: rabbit.answers(node.ports["smtp"]), what="a listening node")
    yield node
    assert node.stop() == 0


class Traffic:
    """Customers who write by mail and chat until told to stop."""

    def __init__(self, daemon, name):
        self.history, self._stop = History(), threading.Event()
        mail = partial(send_mail, daemon.ports["smtp"], timeout=20)
        chat = deliver_chat(daemon.ports["public"], daemon.secret)
        self._senders = [Sender(f"{name}m{n}", mail, self.history, self._stop) for n in range(2)]
        self._senders.append(Sender(f"{name}c", chat, self.history, self._stop))

    def __enter__(self):
        for sender in self._senders:
            sender.start()
        self.goes_on(30)
        return self

    def goes_on(self, more, within=60):
        """The seconds it took until `more` customers were answered."""
        begun, wanted = time.monotonic(), len(self.history.answered) + more
        wait_for(lambda: len(self.history.answered) >= wanted, within=within, what=f"{more} more answers")
        return time.monotonic() - begun

    def __exit__(self, *_):
        self._stop.set()
        for sender in self._senders:
            sender.join(30)


def reconciled(daemon, history):
    wait_for(daemon.drained, what="an empty journal and outbox")
    history.is_kept_once(daemon.tickets())
    counts = daemon.json("status")["journal"]["counts"]
    assert (counts["failed"], counts["quarantined"]) == (0, 0)


def test_a_node_is_killed_the_network_is_cut_and_all_are_restarted(cluster, daemon):
    """With one of three dead and the other two apart nobody has a majority: nothing more is promised."""
    first, second, third = cluster.nodes
    with Traffic(daemon, "a") as traffic:
        first.kill()
        traffic.goes_on(40)

        second.cut(third)
        wait_for(lambda: part(daemon, "journal")[0] == "down", what="the journal down")
        figures = daemon.metrics()
        assert figures['balcao_part_outages_total{part="journal"}'] >= 1
        assert sum(figures[f'balcao_unavailable_total{{channel="{one}"}}'] for one in ("email", "site")) >= 1

        for node in (second, third):
            node.kill()
        daemon.kill()
        daemon.start(ready=False)
        cluster.start()
        wait_for(daemon.is_ready, what="readiness")
        traffic.goes_on(40)
    reconciled(daemon, traffic.history)


def test_a_node_that_accepts_needs_no_database(daemon, intake):
    """What is accepted there is filed here; a repetition that came to the other door is the same mail."""
    for number in range(3):
        send_mail(intake.ports["smtp"], f"n{number}")
    send_mail(daemon.ports["smtp"], "n0")
    wait_for(lambda: {"n0", "n1", "n2"} <= marks_in(daemon.tickets()).keys(), what="the tickets")
    wait_for(daemon.drained, what="an empty journal and outbox")
    assert {mark: count for mark, count in marks_in(daemon.tickets()).items() if count != 1} == {}
    repeated = [one for one in daemon.json("journal", "list", "--fate", "ignored") if "repeats" in one["reason"]]
    assert len(repeated) >= 1


def test_what_is_no_entry_is_listed_shown_retried_and_discarded(cluster, daemon):
    asyncio.run(publish(cluster.url(), "balcao.e2e", b"what is this"))
    [entry] = wait_for(lambda: daemon.json("journal", "list", "--fate", "quarantined"), what="quarantine")
    shown = daemon.json("journal", "show", entry["id"])
    assert (shown["channel"], shown["size"]) == ("unreadable", len(b"what is this"))
    assert "damaged in the queue" in shown["reason"]
    assert daemon.json("status")["journal"]["counts"]["quarantined"] == 1

    assert daemon.json("journal", "retry", entry["id"])["retried"] == [entry["id"]]
    [failed] = wait_for(lambda: daemon.json("journal", "list", "--fate", "failed"), what="a fate again")
    assert (failed["id"], "not configured" in failed["reason"]) == (entry["id"], True)
    assert daemon.json("journal", "discard", entry["id"])["discarded"] == [entry["id"]]


def test_a_wrong_queue_is_told_by_its_place_and_an_absent_broker_is_a_warning(cluster, tmp_path):
    asyncio.run(publish(cluster.url(), "balcao.other", b"", declare=True))
    other = Daemon(
        tmp_path, extra=f"journal: {{url: '{cluster.url().replace('guest:guest@', '')}', queue: balcao.other}}"
    )
    for command in ("check", "run"):
        done = subprocess.run(
            [BALCAO, "--lang", "en", command, "-c", other.config],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, done.stdout + done.stderr
        [told] = [line for line in done.stderr.splitlines() if "balcao.other exists with other properties" in line]
        assert told.startswith(f"{other.config}:9:")

    away = Daemon(tmp_path / "away", extra="journal: {url: 'amqp://127.0.0.1:1'}")
    checked = away.json("check")
    assert checked["ok"]
    assert "127.0.0.1:1" in str(checked["warnings"])


async def publish(url, queue, body, *, declare=False):
    """Somebody else's message."""
    connection = await aio_pika.connect(url.replace(url[url.index(",") : url.rindex("/")], ""))
    async with connection:
        channel = await connection.channel()
        if declare:
            await channel.declare_queue(queue, durable=True)
        await channel.default_exchange.publish(aio_pika.Message(body), routing_key=queue)
