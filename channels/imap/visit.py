"""One visit: a connection to one folder, from logging in until it breaks or we leave.

connect ─▶ open ─▶ where do we stand? (standing.py)
             ┌─▶ catch up ─▶ reconcile, if it is time ─▶ backfill, if there is any ─▶ IDLE, or a pause ─┐
             └──────────────────────────────────────────────────────────────────────────────────────────┘
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NoReturn

import structlog

from channels.imap.client import Connection, Marks, Server
from channels.imap.login import Credentials
from channels.imap.raw import Source
from channels.imap.standing import Opened, standing, widened
from channels.imap.taking import Taker
from channels.imap.thread import OwnThread
from domain.ports import Intake
from domain.source import Folder, Gap, Progress

WINDOW = 50_000
"""UIDs asked for at once: the answer is one line, and lines have limits."""
CHUNK = 1_000
"""Older mails between two looks at what is new."""
A_DAY = timedelta(days=1)
NOT_IN_JOURNAL = "it is in the folder and not in the journal"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How folders are read; pauses are in seconds."""

    marks: Marks
    poll: float
    idle: float
    reconcile: float
    max_message: int
    now: Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class Memory:
    """What outlives a visit: UID → how often the connection broke over it; the backfill a person asked for."""

    breaks: Counter[int] = field(default_factory=Counter)
    backfill: timedelta | None = None


class Visit:
    """`looked()` is called whenever all is well."""

    def __init__(
        self, channel: str, name: str, *, habits: Habits, intake: Intake, memory: Memory, looked: Callable[[], None]
    ) -> None:
        self._channel, self._name = channel, name
        self._habits = habits
        self._intake = intake
        self._ledger = intake.ledger
        self._memory = memory
        self._looked = looked
        self._thread = OwnThread(f"imap {channel} {name}")
        self._connected: Connection | None = None
        self._left = False

    async def connect(self, server: Server, credentials: Credentials) -> None:
        """Raises CredentialsRejected and ConnectionLost."""
        await self._thread.submit(lambda: self._connect(server, credentials))

    def _connect(self, server: Server, credentials: Credentials) -> None:
        """In the thread; we may have left meanwhile."""
        self._connected = Connection(server, credentials)
        if self._left:
            self._connected.close()

    def leave(self) -> None:
        """At once: the thread is woken, and tidies up by itself."""
        self._left = True
        if self._connected is not None:
            self._connected.break_off()
            self._thread.end(self._connected.close)
        else:
            self._thread.end(lambda: None)

    async def stay(self) -> NoReturn:
        """Until cancelled or broken. Raises ReceiverError; FolderUnusable when only this folder is to blame."""
        connection = self._connection
        opened = await self._thread.submit(lambda: connection.open(self._name, read_only=not self._habits.marks))
        folder = await self._settle_in(opened)
        taker = self._taker(folder)
        self._looked()
        await self._catch_up(taker, until=opened.uid_next)
        reconcile_at = time.monotonic()
        while True:
            if time.monotonic() >= reconcile_at:
                await self._reconcile(taker, folder)
                reconcile_at = time.monotonic() + self._habits.reconcile
            if folder.backfill is not None:
                folder = await self._backfill(taker, folder)
            self._looked()
            await self._wait(reconcile_at - time.monotonic())
            await self._catch_up(taker)

    @property
    def _connection(self) -> Connection:
        assert self._connected is not None
        return self._connected

    async def _settle_in(self, opened: Opened) -> Folder:
        """The folder as it is from now on, written down."""
        now = self._habits.now()
        known = await self._ledger.folder(self._channel, self._name)
        here = standing(known, opened, now)
        if here.uid_validity != known.uid_validity:
            await self._ledger.begin(here)
            log.info("folder_begun", channel=self._channel, folder=self._name, uid_validity=here.uid_validity,
                     before=known.uid_validity, from_uid=here.start)  # fmt: skip
        wanted = widened(here, self._memory.backfill, now)
        if wanted != here:
            await self._ledger.backfill(here.key, wanted.backfill)
        self._memory.backfill = None
        if known.trouble:
            await self._ledger.trouble(known.key, None)
        return wanted

    def _taker(self, folder: Folder) -> Taker:
        assert folder.uid_validity is not None
        return Taker(
            key=folder.key,
            source=Source(channel=self._channel, folder=self._name, uid_validity=folder.uid_validity),
            connection=self._connection,
            thread=self._thread,
            intake=self._intake,
            marks=self._habits.marks,
            max_message=self._habits.max_message,
            now=self._habits.now,
            breaks=self._memory.breaks,
            upto=folder.upto,
        )

    async def _uids(self, first: int, last: int | None, since: date | None = None) -> list[int]:
        connection = self._connection
        return await self._thread.submit(lambda: connection.uids(first, last, since))

    async def _windows(self, first: int, last: int, since: date | None = None) -> AsyncIterator[list[int]]:
        """The folder's UIDs from `first` to `last`, some at a time."""
        for start in range(first, last + 1, WINDOW):
            if uids := await self._uids(start, min(start + WINDOW - 1, last), since):
                yield uids

    async def _catch_up(self, taker: Taker, until: int = 0) -> None:
        """Everything after the position. Up to `until` it may be very much, after an absence: asked for in parts."""
        async for uids in self._windows(taker.upto + 1, until - 1):
            await self._take_new(taker, uids)
        await self._take_new(taker, await self._uids(taker.upto + 1, None))

    async def _take_new(self, taker: Taker, uids: list[int]) -> None:
        if uids:
            there = await self._ledger.accepted(taker.key, uids[0], uids[-1])
            await taker.take([uid for uid in uids if uid not in there], in_order=True)

    async def _reconcile(self, taker: Taker, folder: Folder) -> None:
        """Compare the folder with the journal, write down what is missing, and fetch what is due."""
        gaps = {gap.uid: gap for gap in await self._ledger.gaps(folder.key)}
        present: set[int] = set()
        async for uids in self._windows(folder.start, taker.upto):
            there = await self._ledger.accepted(folder.key, uids[0], uids[-1])
            present.update(uid for uid in uids if uid not in there)
        for uid in [uid for uid in gaps if uid < folder.start]:
            present.update(await self._uids(uid, uid))
        await self._write_down(folder, present, gaps)
        now = self._habits.now()
        taker.attempts = {uid: gap.attempts for uid, gap in gaps.items()}
        due = sorted(uid for uid in present if uid not in gaps or gaps[uid].retry_at <= now)
        await taker.take([uid for uid in due if uid < folder.start], silent_before=now)
        await taker.take([uid for uid in due if uid >= folder.start])
        if self._habits.marks and (left := await self._ledger.unsettled(folder.key)):
            for start in range(0, len(left), CHUNK):
                await taker.mark(left[start : start + CHUNK])

    async def _write_down(self, folder: Folder, missing: set[int], gaps: dict[int, Gap]) -> None:
        now = self._habits.now()
        found = sorted(missing - gaps.keys())
        if found:
            log.error("mails_missing", channel=self._channel, folder=self._name, mails=len(found), first_uid=found[0])
        new = (Gap(uid=uid, reason=NOT_IN_JOURNAL, attempts=0, noted_at=now, retry_at=now) for uid in found)
        vanished = tuple(gaps.keys() - missing)
        await self._ledger.record(folder.key, Progress(looked_at=now, gaps=tuple(new), vanished=vanished))

    async def _backfill(self, taker: Taker, folder: Folder) -> Folder:
        """Older mail, while what is new goes first. Written down as done only when it is."""
        wanted = folder.backfill
        assert wanted is not None
        taken = 0
        async for uids in self._windows(1, folder.start - 1, (wanted.since - A_DAY).date()):
            there = await self._ledger.accepted(folder.key, uids[0], uids[-1])
            older = [uid for uid in uids if uid not in there]
            for start in range(0, len(older), CHUNK):
                chunk = older[start : start + CHUNK]
                taken += await taker.take(chunk, since=wanted.since, silent_before=wanted.silent_before)
                await self._catch_up(taker)
        await self._ledger.backfill(folder.key, None)
        log.info("folder_backfilled", channel=self._channel, folder=self._name, mails=taken,
                 since=wanted.since.isoformat())  # fmt: skip
        return replace(folder, backfill=None)

    async def _wait(self, seconds: float) -> None:
        connection = self._connection
        if connection.can_idle:
            patience = max(0.0, min(self._habits.idle, seconds))
            await self._thread.submit(lambda: connection.wait(patience))
        else:
            await asyncio.sleep(max(0.0, min(self._habits.poll, seconds)))
            await self._thread.submit(connection.poll)
