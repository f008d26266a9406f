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
from tests.e2e.senders import History, Sender, deliver_chat, marks_in, send_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

ROUNDS = int(os.environ.get("BALCAO_CLUSTER_ROUNDS", "1"))
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


class Traffic:
    """Customers who write by mail and chat until told to stop."""

    def __init__(self, daemon, name):
        self.history, self._stop = History(), threading.Event()
        mail = partial(send_mail, daemon.ports["smtp"], timeout=20)
        chat = deliver_chat(daemon.ports["public"], daemon.secret)
        self._senders = [Sender(f"{name}m{n}", mail, self.history, self._stop) for n in range(3)]
        self._senders += [Sender(f"{name}c{n}", chat, self.history, self._stop) for n in range(2)]

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
    for number in range(ROUNDS):
        with Traffic(daemon, f"r{number}") as traffic:
            victim = cluster.nodes[number % 3]
            victim.kill()
            traffic.goes_on(50)
            victim.launch()
            victim.await_up()
            traffic.goes_on(20)

            alone, *others = (cluster.nodes[(number + shift) % 3] for shift in (1, 2, 3))
            alone.cut(*others)
            traffic.goes_on(50)
            cluster.mend()
            traffic.goes_on(20)

            for node in cluster.nodes:
                node.kill()
            time.sleep(1)
            cluster.start()
            traffic.goes_on(50, within=90)
        reconciled(daemon, traffic.history)


def test_the_daemon_is_killed_over_what_it_was_delivered(daemon):
    with Traffic(daemon, "k") as traffic:
        for _ in range(3):
            daemon.kill()
            daemon.start()
            traffic.goes_on(20)
    reconciled(daemon, traffic.history)
