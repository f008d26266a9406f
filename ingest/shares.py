"""Fair shares: who is on time, and how far ahead of his share somebody is.

    sender ──▶ address ──▶ channel        of each: BURST at once, then PER_SECOND, each in a leaky bucket
       │ over     │ over      │ over
       └──────────┴───────────┴──▶ late: its turn comes so much later as it is ahead

What is on time counts at every level. What is late counts only where it is over: whoever floods pushes back himself,
not those who come by the same road. While nothing waits, late means nothing: everything is filed at once.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.raw import RawInteraction

SECOND = 1_000_000_000
MOST_LATE = 86_400 * SECOND
MOST_KNOWN = 20_000
"""Senders, addresses and channels that are remembered; who was heard least lately is forgotten first."""


@dataclass(frozen=True, slots=True)
class Level:
    """So many `burst` at once, then so many `per_second`."""

    name: str
    burst: int
    per_second: int

    @property
    def spacing(self) -> int:
        """Nanoseconds that one takes."""
        return SECOND // self.per_second


SENDER: Final = Level("sender", burst=30, per_second=1)
ADDRESS: Final = Level("address", burst=500, per_second=50)
CHANNEL: Final = Level("channel", burst=1_000, per_second=100)

Claim = tuple[Level, str]


def claims_of(raw: RawInteraction) -> list[Claim]:
    """Whose shares an interaction is of, the narrowest first."""
    claims: list[Claim] = [(SENDER, f"{raw.channel} {raw.source}")] if raw.source else []
    if peer := raw.envelope.get("peer"):
        claims.append((ADDRESS, f"{raw.channel} {peer}"))
    return [*claims, (CHANNEL, raw.channel)]


class Shares:
    """All times are nanoseconds of a clock that is never set. Who has nothing to his charge any more is forgotten."""

    def __init__(self) -> None:
        self._filled_until: OrderedDict[Claim, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._filled_until)

    def late(self, claims: Sequence[Claim], now: int) -> int:
        """By how much its turn would come later; 0: it is on time."""
        return next((late for claim in claims if (late := self._over(claim, now)) > 0), 0)

    def charge(self, claims: Sequence[Claim], now: int) -> None:
        """It was taken."""
        for claim in claims:
            over = self._over(claim, now)
            filled = max(self._filled_until.get(claim, 0), now) + claim[0].spacing
            self._filled_until[claim] = min(filled, now + MOST_LATE)
            self._filled_until.move_to_end(claim)
            if over > 0:
                break
        while len(self._filled_until) > MOST_KNOWN or next(iter(self._filled_until.values())) <= now:
            self._filled_until.popitem(last=False)

    def _over(self, claim: Claim, now: int) -> int:
        level = claim[0]
        return self._filled_until.get(claim, 0) - now - (level.burst - 1) * level.spacing
