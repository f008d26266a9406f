"""Business hours: is it open at this moment, closed, or closed for a holiday?

    moment ─▶ local day ─▶ named in `days`? ─▶ its hours, or closed
                       └─▶ a holiday? ─▶ holiday
                       └─▶ hours of its weekday ─▶ open or closed

National and state holidays come from the `holidays` library; of the optional ones (Carnaval, Corpus Christi)
only those that the calendar names.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday()`."""


class Hours(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` until before `end`; `end` None is the end of the day."""

    begin: time
    end: time | None

    def holds(self, clock: time) -> bool:
        return self.begin <= clock and (self.end is None or clock < self.end)


Spans = tuple[Span, ...]
LONGEST_LOOK = 370
"""Days that `Calendar.until` looks ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`week` holds the hours of each weekday, monday first. `days` are special days, by ISO date or by `MM-DD`
    for every year; no spans: closed. `holidays` knows whether a date is one."""

    name: str
    zone: ZoneInfo
    week: tuple[Spans, ...]
    days: Mapping[str, Spans]
    holidays: Container[date]

    def state(self, moment: datetime) -> Hours:
        local = local_time(moment, self.zone)
        day = local.date()
        spans = self._spans(day)
        if spans is None:
            return Hours.HOLIDAY
        return Hours.OPEN if any(span.holds(local.time()) for span in spans) else Hours.CLOSED

    def until(self, moment: datetime) -> datetime | None:
        """When people come, if they are away, or go, if they are there: in UTC. None when not within a year."""
        is_open = self.state(moment) is Hours.OPEN
        today = local_time(moment, self.zone).date()
        for ahead in range(LONGEST_LOOK):
            for turn in self._turns(today, ahead):
                if turn > moment and (self.state(turn) is Hours.OPEN) is not is_open:
                    return turn
        return None

    def _turns(self, today: date, ahead: int) -> list[datetime]:
        """Every moment of a day at which it may open or close, in order."""
        try:
            day = today + timedelta(days=ahead)
        except OverflowError:
            return []
        clocks = {time.min, *(clock for span in self._spans(day) or () for clock in (span.begin, span.end) if clock)}
        return sorted(datetime.combine(day, clock, self.zone).astimezone(UTC) for clock in clocks)

    def _spans(self, day: date) -> Spans | None:
        """The hours of a day; None for a holiday."""
        special = self.days.get(day.isoformat(), self.days.get(day.isoformat()[5:]))
        if special is None and day in self.holidays:
            return None
        return self.week[day.weekday()] if special is None else special


def local_time(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # the first and the last day that Python knows
        return moment.astimezone(UTC)


def weekday(moment: datetime, zone: ZoneInfo) -> str:
    return WEEKDAYS[local_time(moment, zone).weekday()]
