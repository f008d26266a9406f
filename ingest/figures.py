"""The figures of all processes of one `var/` at one /metrics.

Each series carries the role it comes from, so that a restart of one process is a reset of its own series only.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

Written = list[Any]
"""JSON-ready: [name, documentation, type, [[sample name, labels, value], …]] for each figure."""


def write_down(registry: CollectorRegistry) -> Written:
    return [
        [
            metric.name,
            metric.documentation,
            metric.type,
            [[sample.name, sample.labels, sample.value] for sample in metric.samples],
        ]
        for metric in registry.collect()
    ]


class OfAllRoles(Collector):
    """A collector over the figures of several processes: `sources` answers (role, what it wrote down)."""

    def __init__(self, sources: Callable[[], Iterable[tuple[str, Written]]]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        together: dict[str, Metric] = {}
        for role, figures in self._sources():
            for name, documentation, kind, samples in figures:
                metric = together.setdefault(name, Metric(name, documentation, kind))
                metric.samples += [Sample(one, {**labels, "role": role}, value) for one, labels, value in samples]
        yield from together.values()


def registry_of(sources: Callable[[], Iterable[tuple[str, Written]]]) -> CollectorRegistry:
    """A registry for the private site."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OfAllRoles(sources))
    return registry
