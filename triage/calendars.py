"""Business hours: is it open at this moment, closed, or closed for a holiday?

    moment ─▶ local day ─▶ named in `days`? ─▶ its hours, or closed
                       └─▶ a holiday? ─▶ holiday
                       └─▶ hours of its weekday ─▶ open or closed

National and state holidays come from the `holidays` library; of the optional ones (Carnaval, Corpus Christi)
only those that the calendar names.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
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
        special = self.days.get(day.isoformat(), self.days.get(day.isoformat()[5:]))
        if special is None and day in self.holidays:
            return Hours.HOLIDAY
        spans = self.week[day.weekday()] if special is None else special
        return Hours.OPEN if any(span.holds(local.time()) for span in spans) else Hours.CLOSED


def local_time(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # the first and the last day that Python knows
        return moment.astimezone(UTC)


def weekday(moment: datetime, zone: ZoneInfo) -> str:
    return WEEKDAYS[local_time(moment, zone).weekday()]
