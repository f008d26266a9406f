"""What a start remembers of the process before it."""

from contextlib import suppress

from domain.errors import IntakeUnavailable, StoreUnavailable
from ingest.daemon import Daemon
from store import journal_queries


async def recall(daemon: Daemon) -> None:
    """At the start: a channel is not silent since then, but since it last brought something; its counters are there."""
    for name in daemon.channels:
        for counter in (
            daemon.metrics.unavailable,
            daemon.metrics.gaps_found,
            daemon.metrics.gaps_closed,
            daemon.metrics.unheard,
            daemon.metrics.unheard_seconds,
            daemon.metrics.shares_spent,
        ):
            counter.labels(name)
    with suppress(IntakeUnavailable, StoreUnavailable):
        for name, moment in (await daemon.journal.read(journal_queries.last_received)).items():
            if name in daemon.channels:
                daemon.metrics.last_accepted.labels(name).set(moment.timestamp())
