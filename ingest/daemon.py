"""One running process: what its parts share, and what its death of a part means."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from channels.base import Channel
from config.settings import Settings
from ingest.admission import Admission
from ingest.metrics import Metrics
from ingest.node import node_name
from ingest.roles import is_everything
from ingest.rulebook import Rulebook
from ingest.supervise import Liveness, spawn
from ingest.tracing import Traces
from store.bell import DESK, JOURNAL, Bell
from store.engines import Database, is_shared
from store.journal import WholeJournal

POLL_TOGETHER = 1.0
POLL_SPLIT = 0.05


@dataclass(slots=True, kw_only=True)
class Daemon:
    """What the parts of one process share."""

    settings: Settings
    roles: frozenset[str]
    channels: dict[str, Channel]
    rulebook: Rulebook
    journal: WholeJournal
    store: Database
    admission: Admission
    liveness: Liveness = field(default_factory=Liveness)
    metrics: Metrics = field(default_factory=Metrics)
    work: asyncio.Event = field(default_factory=asyncio.Event)
    dispatch: asyncio.Event = field(default_factory=asyncio.Event)
    files: asyncio.Event = field(default_factory=asyncio.Event)
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    migrated: asyncio.Event = field(default_factory=asyncio.Event)
    listening: dict[str, list[str]] = field(default_factory=dict)
    journal_bell: Bell | None = None
    desk_bell: Bell | None = None
    notices: list[str] = field(default_factory=list)
    failure: BaseException | None = None
    reloading: asyncio.Task[None] | None = None
    traces: Traces | None = None

    @property
    def node(self) -> str:
        """What this node is called among those that share a database."""
        return node_name(self.settings.var_path)

    def poll(self, url: str) -> float:
        """Seconds between looks into the database at `url`: parts in one process wake each other, and PostgreSQL wakes
        everybody; else split roles look often."""
        return POLL_TOGETHER if is_everything(self.roles) or is_shared(url) else POLL_SPLIT

    def __post_init__(self) -> None:
        self.calm.set()
        self.liveness.lost = self.metrics.note_outage

    def arrived(self) -> None:
        """There is something in the journal."""
        self.work.set()
        if self.journal_bell is not None:
            self.journal_bell.ring(JOURNAL)

    def filed(self) -> None:
        """There may be something to send and something to fetch."""
        self.look_at_desk()
        if self.desk_bell is not None:
            self.desk_bell.ring(DESK)

    def look_at_desk(self) -> None:
        self.dispatch.set()
        self.files.set()

    def vital(self, coroutine: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """A task whose death stops the process."""
        task = spawn(coroutine, name=name)
        task.add_done_callback(partial(self._ended, name))
        return task

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.liveness.failed(name, str(error))
            self.failure = self.failure or error
            self.stop.set()
