"""When people are there, by the calendars of the rules in force.

A process that works the rules knows them; one that only serves the sites looks at the files itself, with the same
care: a file with mistakes, or whose tests fail, changes nothing.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from config.reading import read
from domain.chat import Opening
from ingest.rulebook import Rulebook, RuleSource
from ingest.rulefiles import Use
from triage.calendars import Calendar, Hours
from triage.outline import Sections, calendars_of

LOOK_EVERY = 5.0
"""Seconds between looks at the files, where nobody else looks."""


class Openings:
    """`looks`: whether to look at the files of `book`, since nothing else in this process does."""

    def __init__(self, book: Rulebook, *, looks: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._book = book
        self._looks = looks
        self._clock = clock
        self._looked_at: float | None = None

    async def opening(self, calendar: str, now: datetime) -> Opening | None:
        """None when there is no such calendar, or no rules yet."""
        await self._look()
        known = _calendars(self._book.source).get(calendar) if self._book.source is not None else None
        if known is None:
            return None
        state = known.state(now)
        return Opening(
            is_open=state is Hours.OPEN,
            holiday=state is Hours.HOLIDAY,
            until=known.until(now),
            zone=known.zone.key,
        )

    async def _look(self) -> None:
        now = self._clock()
        if not self._looks or (self._looked_at is not None and now - self._looked_at < LOOK_EVERY):
            return
        self._looked_at = now
        await self._book.reload_if_changed()


@lru_cache(maxsize=2)
def _calendars(source: RuleSource) -> Mapping[str, Calendar]:
    nodes = tuple(read(file.text, file.name) for file in source.files if file.use is Use.RULES)
    return calendars_of(Sections(nodes))
