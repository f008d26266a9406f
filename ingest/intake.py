"""The door: a raw interaction becomes a promise. Counts what came in, wakes the worker, tells how the journal is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from prometheus_client import Counter, Gauge

from domain.errors import BalcaoError, ShareSpent
from domain.ports import Chats, Ledger
from domain.raw import RawInteraction, Receipt, Whereabouts
from ingest.admission import Admission
from ingest.logs import clean
from ingest.metrics import Metrics
from ingest.supervise import Liveness
from ingest.tracing import Traces
from store import queries
from store.engines import Database
from store.journal import WholeJournal

PART = "journal"


class JournalIntake:
    """Implements `domain.ports.Intake` over the journal. `arrived` is called when something is in it."""

    def __init__(
        self,
        journal: WholeJournal,
        arrived: Callable[[], None],
        metrics: Metrics,
        channels: Mapping[str, object],
        liveness: Liveness,
        *,
        admission: Admission,
        ledger: Ledger,
        store: Database,
        chats: Chats,
        traces: Traces | None = None,
    ) -> None:
        self._traces = traces
        self._journal = journal
        self._admission = admission
        self._ledger = ledger
        self._store = store
        self._chats = chats
        self._arrived = arrived
        self._liveness = liveness
        self._refusing = False
        self._accepted: dict[str, Counter] = {name: metrics.accepted.labels(name) for name in channels}
        self._last: dict[str, Gauge] = {name: metrics.last_accepted.labels(name) for name in channels}
        self._unavailable, self._spent = metrics.unavailable, metrics.shares_spent
        self._stage = metrics.stages["accept"]

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    @property
    def chats(self) -> Chats:
        return self._chats

    async def accept(self, raw: RawInteraction) -> Receipt:
        try:
            begun = time.time_ns()
            with self._admission.admitted(raw) as late, self._stage.timed():
                receipt = await self._journal.append(raw, late=late)
        except ShareSpent:
            self._spent.labels(raw.channel).inc()
            raise
        except Exception as error:
            self._unavailable.labels(raw.channel).inc()
            self._refusing = True
            self._liveness.down(PART, clean(error.in_full) if isinstance(error, BalcaoError) else type(error).__name__)
            raise
        if self._refusing:
            self._refusing = False
            self._liveness.up(PART)
        self._accepted[raw.channel].inc()
        self._last[raw.channel].set_to_current_time()
        self._arrived()
        if self._traces is not None:
            self._traces.accepted(raw, receipt, begun)
        return receipt

    async def whereabouts(self, raw_id: str) -> Whereabouts | None:
        found = await self._journal.whereabouts(raw_id)
        if found is None or found.ticket is None:
            return found
        number = found.ticket
        standing = await self._store.read(lambda connection: queries.standing_of(connection, number))
        if standing is None:
            return replace(found, ticket=None)
        state, questions = standing
        return replace(found, state=state, questions=questions)
