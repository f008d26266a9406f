"""One owner for what can have only one: a mailbox, a bot, the chores of a house (ADR 19).

    waiting ─nobody's, or its count stands still for TERM─▶ holding, renewed every RENEW ─▶ …
       ▲                                                        │ another's, or we could not renew within TERM:
       └────────────────────────────────────────────────────────┘ the work is stopped at once

No two nodes need agree what time it is: each measures with its own monotonic clock. A holder that was frozen finds
the lease another's before its work goes on for longer than one step, and cannot write to the ledger from the first.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from domain.errors import IntakeUnavailable, LeaseLost
from domain.ports import Ledger
from domain.source import Lease
from ingest.supervise import spawn

log = structlog.get_logger()

TERM = 9.0
"""Seconds without a renewal after which a holder counts as gone."""
RENEW = 3.0
ASK = 1.5
"""Seconds between two looks of who waits. TERM + ASK + a commit is how long nobody may hold it after a death."""


class Tenancy:
    """`name` for `holder`: one of which runs at a time, in whichever process."""

    def __init__(self, ledger: Ledger, name: str, holder: str) -> None:
        self._ledger = ledger
        self._name = name
        self._holder = holder

    @property
    def ledger(self) -> Ledger:
        """Writes only while the lease is ours."""
        return self._ledger.under(self._name, self._holder)

    async def run(self, work: Callable[[], Awaitable[None]], *, waiting: Callable[[str], None]) -> None:
        """Do `work` whenever it is ours, until it ends by itself. `waiting` is told once who holds it meanwhile.

        Raises what `work` raises, and IntakeUnavailable while nobody can say whose it is.
        """
        while True:
            await self._acquire(waiting)
            try:
                if await self._work_while_ours(work):
                    return
            finally:
                with suppress(IntakeUnavailable):
                    await self._ledger.give_back(self._name, self._holder)

    async def _acquire(self, waiting: Callable[[str], None]) -> None:
        seen, since = Lease("", -1), time.monotonic()
        while True:
            overdue = time.monotonic() - since >= TERM
            now = await self._ledger.lease(self._name, self._holder, seen.renewals if overdue else None)
            if now.holder == self._holder:
                if seen.holder:
                    log.info("lease_taken", lease=self._name, before=seen.holder)
                return
            if now.holder != seen.holder:
                log.info("standing_by", lease=self._name, holder=now.holder)
                waiting(now.holder)
            if now != seen:
                seen, since = now, time.monotonic()
            await asyncio.sleep(ASK)

    async def _work_while_ours(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether the work ended by itself; else the lease was lost."""
        working = spawn(_outcome(work), name=f"work on {self._name}")
        renewing = spawn(self._renew(), name=f"lease {self._name}")
        try:
            await asyncio.wait([working, renewing], return_when=asyncio.FIRST_COMPLETED)
            ended = working.done()
        finally:
            for task in (working, renewing):
                task.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)
        if ended:
            error = working.result()
            if error is None:
                return True
            if not isinstance(error, LeaseLost):
                raise error
        log.warning("lease_lost", lease=self._name)
        return False

    async def _renew(self) -> None:
        """Ends when the lease is no longer ours, or may be another's any moment because we cannot renew it."""
        renewed = time.monotonic()
        while time.monotonic() - renewed < TERM - RENEW:
            await asyncio.sleep(RENEW)
            asked = time.monotonic()
            with suppress(IntakeUnavailable, TimeoutError):
                async with asyncio.timeout(RENEW):
                    now = await self._ledger.lease(self._name, self._holder, None)
                if now.holder != self._holder:
                    return
                renewed = asked


async def take_turns(tenancy: Tenancy, turn: asyncio.Event) -> None:
    """Until cancelled: `turn` is set while it is ours."""

    async def ours() -> None:
        turn.set()
        try:
            await asyncio.Event().wait()
        finally:
            turn.clear()

    while True:
        try:
            await tenancy.run(ours, waiting=lambda _holder: None)
        except IntakeUnavailable as error:
            log.info("turn_unknown", reason=error.in_full)
            await asyncio.sleep(ASK)


async def _outcome(work: Callable[[], Awaitable[None]]) -> Exception | None:
    """What ended it. Returned, for whoever asked for the work is told, and no task failed by itself."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - handed on by who waits for it
        return error
    return None
