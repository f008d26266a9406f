"""Answered means kept, exactly once, with the journal on a cluster of three RabbitMQ nodes (issue 7, point 2).

Three real nodes, started here; two daemons: one accepts and knows no database, one files the tickets. What is
simulated is said in tests/rabbit.py. `make cluster` does the same for longer, and more of it.
"""

import os
import threading
import time
from functools import partial

import pytest

from tests import rabbit
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import part
from tests.e2e.senders import History, Sender, deliver_chat, marks_in, send_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

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
    stored = marks_in(daemon.tickets())
    assert history.answered - stored.keys() == set(), "answered and lost"
    assert {mark: count for mark, count in stored.items() if count != 1} == {}, "doubled"
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
