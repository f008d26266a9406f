"""More of tests/e2e/test_rabbitmq.py, by `make cluster`: nodes that are frozen, two that are gone, workers that die."""

import os

import pytest

from tests import rabbit
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.test_rabbitmq import EXTRA, Traffic, reconciled

ROUNDS = int(os.environ.get("BALCAO_CLUSTER_ROUNDS", "0"))

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(ROUNDS == 0, reason="long: `make cluster` runs it"),
]


@pytest.fixture
def cluster(tmp_path):
    cluster = rabbit.Cluster(tmp_path / "rabbitmq")
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture
def daemon(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("BALCAO_TEST_BROKER", cluster.url())
    daemon = Daemon(tmp_path / "daemon", extra=EXTRA.format()).start()
    yield daemon
    daemon.stop()


def test_one_node_after_the_other_is_killed_and_cut_off(cluster, daemon):
    """The other two are a majority: whoever is connected to the third goes over to them."""
    with Traffic(daemon, "c") as traffic:
        for number in range(ROUNDS):
            victim, alone = cluster.nodes[number % 3], cluster.nodes[(number + 1) % 3]
            others = [node for node in cluster.nodes if node is not alone]
            victim.kill()
            traffic.goes_on(40)
            victim.launch()
            victim.await_up()

            alone.cut(*others)
            traffic.goes_on(40)
            alone.mend(*others)
            traffic.goes_on(10)

            for node in cluster.nodes:
                node.kill()
            cluster.start()
            traffic.goes_on(40)
    reconciled(daemon, traffic.history)


def test_a_frozen_node_holds_nobody_up(cluster, daemon):
    """Its connections stay open and nothing comes through them: the nearest to packets that vanish."""
    with Traffic(daemon, "f") as traffic:
        for node in cluster.nodes:
            node.freeze()
            try:
                traffic.goes_on(40, within=120)
            finally:
                node.thaw()
            traffic.goes_on(20, within=120)
    reconciled(daemon, traffic.history)


def test_without_a_majority_nobody_is_promised_anything(cluster, daemon):
    first, second, third = cluster.nodes
    with Traffic(daemon, "m") as traffic:
        for node in (second, third):
            node.kill()
        before = len(traffic.history.answered)
        wait_for(lambda: daemon.get("/readyz")["parts"]["journal"]["state"] == "down", what="the journal down")
        during = len(traffic.history.answered)
        assert during - before < 50, "what was confirmed while the nodes died"
        for node in (second, third):
            node.launch()
        for node in (second, third):
            node.await_up()
        assert first.process.poll() is None
        traffic.goes_on(40, within=120)
    reconciled(daemon, traffic.history)


def test_a_worker_that_dies_again_and_again(daemon):
    with Traffic(daemon, "w") as traffic:
        for _ in range(5):
            daemon.kill()
            daemon.start()
            traffic.goes_on(20)
    reconciled(daemon, traffic.history)
