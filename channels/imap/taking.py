"""Mails out of a folder into the journal: listed, fetched, accepted, recorded, marked, in this order and never another.

    thread   list ─▶ fetch 1 ─▶ fetch 2 ──────────▶ mark 1 ─▶ fetch 3 ─▶ …
    loop                └▶ accept 1 ─▶ record 1 ──┘ └▶ accept 2 ─▶ record 2 ─▶ …

While one batch is being committed the next one is fetched; no more than two are in memory. A mail that cannot be had
becomes a Gap with its reason, and the others go on. Mails over which the connection breaks are asked for in ever
smaller batches; one that breaks it again and again, alone, is a gap, too.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from channels.imap.batches import AFTER_BREAKS, MOST_LISTED, Batch, Listed, batches, given_up, groups
from channels.imap.client import Connection, Fetched, Marks, unknown
from channels.imap.raw import Source, raw_mail
from channels.imap.thread import OwnThread
from domain.errors import ConnectionLost, IntakeUnavailable, ReceiverError
from domain.ports import Intake
from domain.raw import RawInteraction
from domain.source import Gap, Progress

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(days=1)
BREAKS_CONNECTION = "the server breaks the connection over this mail"

log = structlog.get_logger(__name__)


class BrokenOverMails(ConnectionLost):
    """It broke while mails were asked for: they may be to blame, and then only their folder suffers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A batch as fetched and made ready for the journal."""

    batch: Batch
    fetched: Fetched
    raws: dict[int, RawInteraction]


@dataclass(slots=True, kw_only=True)
class Taker:
    """Takes mails of one open folder.

    `breaks`: UID → how often a connection broke over this mail. `attempts`: UID → how often it was tried, for known
    gaps. `upto` is the position, as recorded.
    """

    key: int
    source: Source
    connection: Connection
    thread: OwnThread
    intake: Intake
    marks: Marks
    max_message: int
    now: Callable[[], datetime]
    breaks: Counter[int]
    upto: int
    attempts: dict[int, int] = field(default_factory=dict)

    async def take(
        self,
        uids: Sequence[int],
        *,
        in_order: bool = False,
        silent_before: datetime | None = None,
        since: datetime | None = None,
    ) -> int:
        """All of `uids`, oldest first; `in_order` moves the position along. Returns how many were accepted.

        Mails that arrived before `since` are left out; what arrived before `silent_before` is not acknowledged.
        """
        accepted = 0
        for start in range(0, len(uids), MOST_LISTED):
            chunk = uids[start : start + MOST_LISTED]
            listed = await self.thread.submit(partial(self._list, chunk))
            wanted = [mail for mail in listed if since is None or mail.arrived_at is None or mail.arrived_at >= since]
            accepted += await self._take_listed(wanted, in_order=in_order, silent_before=silent_before)
            await self._account_for(chunk, listed, in_order=in_order)
        return accepted

    def _list(self, uids: Sequence[int]) -> list[Listed]:
        """In the thread."""
        listed: list[Listed] = []
        for group in groups(uids, MOST_LISTED, self.breaks):
            if given_up(group, self.breaks):
                listed.append(unknown(group[0]))
                continue
            with self._suspecting(group):
                listed += self.connection.listed(group)
        return listed

    @contextmanager
    def _suspecting(self, uids: Sequence[int]) -> Iterator[None]:
        """If the connection breaks now, it may be because of one of these mails."""
        try:
            yield
        except ConnectionLost as error:
            self.breaks.update(uids)
            raise BrokenOverMails(str(error), detail=error.detail) from error

    async def _take_listed(self, listed: Iterable[Listed], *, in_order: bool, silent_before: datetime | None) -> int:
        accepted = 0
        ahead: asyncio.Future[Taken] | None = None
        for batch in [*batches(listed, max_message=self.max_message, breaks=self.breaks), None]:
            taken = await ahead if ahead else None
            ahead = self.thread.submit(partial(self._fetch, batch, silent_before)) if batch else None
            if taken:
                accepted += await self._commit(taken, in_order=in_order)
        return accepted

    def _fetch(self, batch: Batch, silent_before: datetime | None) -> Taken:
        """In the thread: hashing, too, is none of the loop's business."""
        uids = batch.uids
        if given_up(uids, self.breaks):
            fetched = Fetched(failed={uids[0]: BREAKS_CONNECTION})
        else:
            with self._suspecting(uids):
                fetched = self.connection.contents(batch)
        received_at = self.now()
        raws = {
            mail.uid: raw_mail(
                self.source,
                mail,
                fetched.contents[mail.uid],
                received_at=received_at,
                cut=batch.beginning is not None,
                backfilled=silent_before is not None and _before(mail.arrived_at, silent_before),
            )
            for mail in batch.mails
            if mail.uid in fetched.contents
        }
        return Taken(batch=batch, fetched=fetched, raws=raws)

    async def _commit(self, taken: Taken, *, in_order: bool) -> int:
        """Accepted first, then recorded, then marked. What was refused stays where it is, and is fetched again."""
        uids = list(taken.raws)
        results = await asyncio.gather(*(self.intake.accept(taken.raws[uid]) for uid in uids), return_exceptions=True)
        refused = {uid: error for uid, error in zip(uids, results, strict=True) if isinstance(error, BaseException)}
        accepted = tuple(uid for uid in uids if uid not in refused)
        now = self.now()
        gaps = tuple(self._gap(uid, reason, now) for uid, reason in taken.fetched.failed.items())
        reached = min(refused, default=taken.batch.mails[-1].uid + 1) - 1
        await self._record(
            Progress(
                looked_at=now,
                accepted=accepted,
                settled=() if self.marks else accepted,
                gaps=gaps,
                vanished=tuple(taken.fetched.gone),
                upto=reached if in_order else 0,
            )
        )
        self._forget_breaks(taken)
        if self.marks and accepted:
            await self.mark(accepted)
        if refused:
            _raise(next(iter(refused.values())))
        return len(accepted)

    async def _record(self, progress: Progress) -> None:
        await self.intake.ledger.record(self.key, progress)
        self.upto = max(self.upto, progress.upto)

    def _gap(self, uid: int, reason: str, now: datetime) -> Gap:
        attempts = self.attempts.get(uid, 0) + 1
        log.error("mail_not_fetched", channel=self.source.channel, folder=self.source.folder, uid=uid, reason=reason,
                  attempts=attempts)  # fmt: skip
        pause = min(FIRST_RETRY * 2 ** min(attempts - 1, 20), LONGEST_RETRY)
        return Gap(uid=uid, reason=reason, attempts=attempts, noted_at=now, retry_at=now + pause)

    def _forget_breaks(self, taken: Taken) -> None:
        """A mail that was given up is tried once more when its time comes, not from the beginning."""
        for mail in taken.batch.mails:
            self.breaks.pop(mail.uid, None)
            if taken.fetched.failed.get(mail.uid) == BREAKS_CONNECTION:
                self.breaks[mail.uid] = len(AFTER_BREAKS)
        if taken.batch.beginning is not None:
            for mail in taken.batch.mails:
                log.warning("mail_cut", channel=self.source.channel, folder=self.source.folder, uid=mail.uid,
                            size=mail.size, max_message=self.max_message)  # fmt: skip

    async def mark(self, uids: Sequence[int]) -> None:
        """Flag and move what is ours; if the server does not let us, it is tried again by the next reconciliation."""
        try:
            await self.thread.submit(lambda: self.connection.mark(uids, self.marks))
        except ConnectionLost:
            raise
        except ReceiverError as error:
            log.warning("mail_not_marked", channel=self.source.channel, folder=self.source.folder, mails=len(uids),
                        reason=str(error))  # fmt: skip
            await self.intake.ledger.trouble(self.key, str(error))
        else:
            await self._record(Progress(looked_at=self.now(), settled=tuple(uids)))

    async def _account_for(self, chunk: Sequence[int], listed: Sequence[Listed], *, in_order: bool) -> None:
        """UIDs that are gone before we could list them need nothing more; the position may pass them."""
        there = {mail.uid for mail in listed}
        gone = tuple(uid for uid in chunk if uid not in there)
        upto = chunk[-1] if in_order else 0
        if gone or upto > self.upto:
            await self._record(Progress(looked_at=self.now(), vanished=gone, upto=upto))


def _before(moment: datetime | None, limit: datetime) -> bool:
    return moment is not None and moment < limit


def _raise(error: BaseException) -> None:
    if isinstance(error, IntakeUnavailable):
        raise ReceiverError(f"nothing can be made durable now, mail stays in its folder: {error}", detail=error.detail)
    raise error
