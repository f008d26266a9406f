"""Before the journal: what may be taken now, and whose turn comes later.

    on time ─────────────────────────────────────────────▶ taken while there is any room at all
    late ─▶ is the journal strained? ─no─▶ taken, its turn comes later
                                    └yes─▶ ShareSpent     451, 429 with Retry-After: come again when it is your turn

Strained: free space is below the watermark, or what waits to be made durable takes half of what it may. So a flood is
turned away while there is still room for everybody else.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.errors import IntakeUnavailable, ShareSpent
from domain.raw import RawInteraction
from ingest.shares import SECOND, Shares, claims_of

LONGEST_RETRY = 300
"""Seconds. Who is told to wait for a day gives up."""


class Admission:
    """Shared by all doors of a process. `memory`: bytes of interactions that are being made durable at once.

    `strained` says why the journal would rather not take much; None when it would.
    """

    def __init__(
        self,
        memory: int,
        strained: Callable[[], str | None],
        *,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._memory = memory
        self._strained = strained
        self._clock = clock
        self._shares = Shares()
        self._in_hand = 0

    @contextmanager
    def admitted(self, raw: RawInteraction) -> Iterator[int]:
        """Nanoseconds that its turn comes later; it counts as in hand meanwhile. Raises IntakeUnavailable."""
        now, claims, size = self._clock(), claims_of(raw), len(raw.payload)
        late = self._shares.late(claims, now)
        if late and (reason := self._strain()):
            wait = min(math.ceil(late / SECOND), LONGEST_RETRY)
            raise ShareSpent("you have sent more than your share; try again later", seconds=wait, detail=reason)
        if self._in_hand and self._in_hand + size > self._memory:
            raise IntakeUnavailable("too much is being stored at once", detail=f"{self._in_hand} bytes in hand")
        self._shares.charge(claims, now)
        self._in_hand += size
        try:
            yield late
        finally:
            self._in_hand -= size

    def _strain(self) -> str | None:
        if self._in_hand * 2 > self._memory:
            return f"{self._in_hand} bytes in hand"
        return self._strained()
