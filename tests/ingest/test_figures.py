"""Figures of several processes at one /metrics."""

import json

from prometheus_client import CollectorRegistry, generate_latest

from ingest.figures import registry_of, write_down
from ingest.metrics import Metrics


def figures(**accepted):
    metrics = Metrics()
    for channel, count in accepted.items():
        metrics.accepted.labels(channel).inc(count)
    return json.loads(json.dumps(write_down(metrics.registry)))


def test_each_series_says_its_role():
    registry = registry_of(lambda: [("receive", figures(email=2)), ("web", figures(site=3))])
    lines = generate_latest(registry).decode().splitlines()

    assert 'balcao_accepted_total{channel="email",role="receive"} 2.0' in lines
    assert 'balcao_accepted_total{channel="site",role="web"} 3.0' in lines


def test_each_figure_is_described_once():
    registry = registry_of(lambda: [(role, figures(email=1)) for role in ("receive", "web", "work")])
    described = [line for line in generate_latest(registry).decode().splitlines() if line.startswith("# TYPE")]

    assert len(described) == len(set(described))
    assert "# TYPE balcao_batch_entries histogram" in described


def test_nothing_is_told_but_the_figures_that_are_documented():
    """The library would add `…_created` beside each counter and histogram."""
    metrics = Metrics()
    metrics.accepted.labels("email").inc()
    names = {line.split("{")[0].split(" ")[0] for line in generate_latest(metrics.registry).decode().splitlines()}

    assert "balcao_accepted_total" in names
    assert [name for name in names if name.endswith("_created")] == []


def test_no_process_no_figures():
    assert generate_latest(registry_of(list)) == b""


def test_a_registry_without_figures_writes_nothing_down():
    assert write_down(CollectorRegistry()) == []
