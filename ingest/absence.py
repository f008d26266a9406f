"""Peers that are away as a whole: a relay that is down says nothing of the messages that wait for it.

    there ──nobody answers──▶ away ──5 s, 10 s, 20 s, … at most 5 min──▶ one message is tried ──it goes──▶ there
                               ▲                                              │             all the others at once
                               └────────────── nobody answers ───────────────┘

Such a try is not counted among a message's own, so it makes no difference to it how long the peer was away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(slots=True)
class _Absence:
    tries: int
    until: datetime


@dataclass(slots=True)
class Absences:
    """By channel. What is not in here is there."""

    _away: dict[str, _Absence] = field(default_factory=dict)

    def noted(self, channel: str, now: datetime, *, for_long: bool = False) -> bool:
        """Nobody answered, or we are not let in and a person must act (`for_long`). True: this is news.

        Several messages may find it out at once.
        """
        known = self._away.get(channel)
        if known is not None and now < known.until:
            return False
        tries = known.tries + 1 if known else 0
        pause = LONGEST_PAUSE if for_long else min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)
        self._away[channel] = _Absence(tries, now + pause)
        return known is None

    def back(self, channel: str) -> bool:
        """Somebody answered. True: this is news."""
        return self._away.pop(channel, None) is not None

    def room(self, now: datetime, under_way: Iterable[str]) -> Mapping[str, int]:
        """How many messages of each channel whose peer is away may be tried; `under_way`: of which some are."""
        busy = set(under_way)
        return {channel: int(now >= absence.until and channel not in busy) for channel, absence in self._away.items()}
