"""Whether who holds a lease still renews it, for who only looks: a process that was killed gives nothing back.

held here       while the role that renews it lives here
held elsewhere  if the count moves while we watch (no clock is asked, ADR 19)
"""

import asyncio
import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from domain.source import Lease
from ingest.sole import ASK, RENEW, TERM
from store import leases
from store.journal import WholeJournal

CHORES = "chores"
WATCHED_FOR = 2 * RENEW
"""Seconds: a renewal, and once more where one came late."""
TAKEN_OVER_AFTER = TERM


async def renewed(
    journal: WholeJournal, held: Mapping[str, Lease], here: str | None, living: AbstractSet[str]
) -> set[str]:
    """Those of `held` that somebody renews; `living`: roles whose process lives here."""
    ours = {name for name, lease in held.items() if lease.holder == here}
    others = {name: lease for name, lease in held.items() if name not in ours}
    return {name for name in ours if _renewed_by(name) in living} | await _moved(journal, others)


def _renewed_by(name: str) -> str:
    return "work" if name == CHORES else "receive"


async def _moved(journal: WholeJournal, seen: Mapping[str, Lease]) -> set[str]:
    until = time.monotonic() + WATCHED_FOR
    moved: set[str] = set()
    while len(moved) < len(seen) and time.monotonic() < until:
        await asyncio.sleep(ASK)
        now = await journal.read(leases.held)
        moved |= {name for name, lease in seen.items() if now.get(name) != lease}
    return moved
