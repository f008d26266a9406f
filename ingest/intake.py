"""The door: a raw interaction becomes a promise. Counts what came in and wakes the worker."""

import asyncio
from collections.abc import Mapping

from prometheus_client import Counter

from domain.ports import Journal
from domain.raw import RawInteraction, Receipt
from ingest.telemetry import Metrics


class JournalIntake:
    """Implements `domain.ports.Intake` over the journal."""

    def __init__(self, journal: Journal, wake: asyncio.Event, metrics: Metrics, channels: Mapping[str, object]) -> None:
        self._journal = journal
        self._wake = wake
        self._accepted: dict[str, Counter] = {name: metrics.accepted.labels(name) for name in channels}
        self._unavailable = metrics.unavailable

    async def accept(self, raw: RawInteraction) -> Receipt:
        try:
            receipt = await self._journal.append(raw)
        except Exception:
            self._unavailable.labels(raw.channel).inc()
            raise
        self._accepted[raw.channel].inc()
        self._wake.set()
        return receipt
