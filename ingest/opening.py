"""When people are there, by the calendars of the rules in force.

A process that works the rules knows them; one that only serves the sites looks at the files itself, with the same
care: a file with mistakes, or whose tests fail, changes nothing.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from config.reading import read
from domain.chat import Opening
from ingest.rulebook import Rulebook, RuleSource
from ingest.rulefiles import Use

if TYPE_CHECKING:  # chats ask when people are there; mail need not wait until that is imported (ADR 18)
    from triage.calendars import Calendar

LOOK_EVERY = 5.0
"""Seconds between looks at the files, where nobody else looks."""
GOOD_FOR = timedelta(minutes=1)
"""For so long an answer is not worked out again, unless it says itself that it ends before."""


class Openings:
    """`looks`: whether to look at the files of `book`, since nothing else in this process does."""

    def __init__(self, book: Rulebook, *, looks: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._book = book
        self._looks = looks
        self._clock = clock
        self._looked_at: float | None = None
        self._looking = asyncio.Lock()
        self._answers: dict[tuple[str, str], tuple[Opening, datetime, datetime]] = {}

    async def opening(self, calendar: str, now: datetime) -> Opening | None:
        """None when there is no such calendar, or no rules yet."""
        if self._looks:
            await self._look()
        source = self._book.source
        known = _calendars(source).get(calendar) if source is not None else None
        if source is None or known is None:
            return None
        answer, since, until = self._answers.get((source.hash, calendar), (None, now, now))
        if answer is None or not since <= now < until:
            answer = _opening(known, now)
            ends = [now + GOOD_FOR, *filter(None, [answer.until])]
            self._answers = {key: kept for key, kept in self._answers.items() if key[0] == source.hash}
            self._answers[source.hash, calendar] = answer, now, min(ends)
        return answer

    async def _look(self) -> None:
        async with self._looking:
            now = self._clock()
            if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
                self._looked_at = now
                await self._book.reload_if_changed()


def _opening(calendar: "Calendar", now: datetime) -> Opening:
    from triage.calendars import Hours  # noqa: PLC0415 - as above

    state = calendar.state(now)
    return Opening(
        is_open=state is Hours.OPEN,
        holiday=state is Hours.HOLIDAY,
        until=calendar.until(now),
        zone=calendar.zone.key,
    )


@lru_cache(maxsize=2)
def _calendars(source: RuleSource) -> Mapping[str, "Calendar"]:
    from triage.outline import Sections, calendars_of  # noqa: PLC0415 - as above

    nodes = tuple(read(file.text, file.name) for file in source.files if file.use is Use.RULES)
    return calendars_of(Sections(nodes))
