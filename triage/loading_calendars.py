"""Reading `timezone` and `calendars`."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

from domain.document import Node, Scalar
from domain.errors import Position
from triage.calendars import WEEKDAYS, Calendar, Span, Spans
from triage.folding import fold
from triage.holiday_names import BRAZIL, HolidayDates, countries, holiday_dates, optional_names, states
from triage.keywords import CALENDAR_KEYS, HOLIDAY_KEYS
from triage.notes import Notes

ZONE = ZoneInfo("America/Sao_Paulo")
CLOSED = "closed"
MAX_SPANS = 10

_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_SPAN = re.compile(rf"{_TIME}-(?:{_TIME}|(24:00))", re.ASCII)
_EVERY_YEAR = re.compile(r"\d\d-\d\d", re.ASCII)
_LEAP_YEAR = "2024-"


class Almanac:
    """The calendars of a file by name, and the time zone of whatever has none of its own."""

    def __init__(self, notes: Notes, zone: Node | None) -> None:
        self.notes = notes
        self.zone = self._zone(zone) if zone is not None else ZONE
        self.calendars: dict[str, Calendar] = {}

    def read(self, named: Mapping[str, Node]) -> None:
        for name, node in named.items():
            self.calendars[name] = self._calendar(name, node)

    def calendar(self, node: Node | None, position: Position) -> Calendar | None:
        """The calendar that `node` names; without a name the only one."""
        if node is None and len(self.calendars) == 1:
            return next(iter(self.calendars.values()))
        if node is None:
            self.notes.note(position, "%(key)r is missing here", key="calendar")
            return None
        name = self.notes.choice(node, self.calendars)
        return self.calendars[name] if name is not None else None

    def _zone(self, node: Node) -> ZoneInfo:
        name = node.value if isinstance(node, Scalar) else None
        known = available_timezones()
        if isinstance(name, str) and name in known:
            return ZoneInfo(name)
        if isinstance(name, str):
            self.notes.unknown(node.position, name, known, show=("America/Sao_Paulo", "America/Manaus", "UTC"))
        else:
            self.notes.note(node.position, "text is expected here")
        return ZONE

    def _calendar(self, name: str, node: Node) -> Calendar:
        entries = self.notes.mapping(node, CALENDAR_KEYS, required=("hours",))
        return Calendar(
            name=name,
            zone=self._zone(entries["timezone"]) if "timezone" in entries else self.zone,
            week=self._week(entries.get("hours")),
            days=self._days(entries.get("days")),
            holidays=self._holidays(entries["holidays"]) if "holidays" in entries else (),
        )

    def _week(self, node: Node | None) -> tuple[Spans, ...]:
        week: dict[str, Spans] = {}
        for key, value in self.notes.entries(node):
            spans = self._spans(value)
            for day in self._weekdays(key):
                if day in week:
                    self.notes.note(key.position, "the hours of %(day)s stand here twice", day=day)
                week[day] = spans
        return tuple(week.get(day, ()) for day in WEEKDAYS)

    def _weekdays(self, key: Scalar) -> tuple[str, ...]:
        first, _, last = str(key.value).partition("-")
        if (first := first.strip()) in WEEKDAYS and (last := last.strip() or first) in WEEKDAYS:
            begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
            if begin <= end:
                return WEEKDAYS[begin : end + 1]
        self.notes.note(key.position, "write a weekday or a range of them: mon, sat, mon-fri; known are: %(known)s",
                        known=", ".join(WEEKDAYS))  # fmt: skip
        return ()

    def _spans(self, node: Node) -> Spans:
        if isinstance(node, Scalar) and node.value == CLOSED:
            return ()
        items = self.notes.scalars(node)
        pieces = [(item, piece) for item in items for piece in str(item.value).replace(",", " ").split()]
        spans = [span for item, piece in pieces for span in self._span(item, piece)]
        if len(spans) > MAX_SPANS:
            self.notes.note(node.position, "a day has at most %(limit)s spans of hours", limit=MAX_SPANS)
        return tuple(sorted(spans, key=lambda span: span.begin))

    def _span(self, item: Scalar, piece: str) -> Iterator[Span]:
        found = _SPAN.fullmatch(piece)
        if found is None:
            self.notes.note(item.position, "write hours as 08:00-18:00, several as 08:00-12:00 13:00-18:00, or closed")
            return
        begin = time(int(found[1]), int(found[2]))
        end = None if found[5] else time(int(found[3]), int(found[4]))
        if end is not None and end <= begin:
            self.notes.note(
                item.position, "these hours end before they begin; write 22:00-24:00 and 00:00-06:00 on the next day"
            )
        yield Span(begin, end)

    def _days(self, node: Node | None) -> dict[str, Spans]:
        days: dict[str, Spans] = {}
        for key, value in self.notes.entries(node):
            written = str(key.value)
            try:
                date.fromisoformat(_LEAP_YEAR + written if _EVERY_YEAR.fullmatch(written) else written)
            except ValueError:
                self.notes.note(key.position, "write a day as 2026-01-25, or as 01-25 for every year")
            days[written] = self._spans(value)
        return days

    def _holidays(self, node: Node) -> HolidayDates | tuple[()]:
        entries = self.notes.mapping(node, HOLIDAY_KEYS)
        country: str | None = BRAZIL
        if "country" in entries:
            country = self.notes.choice(entries["country"], countries())
        if country is None:
            return ()
        state = self.notes.choice(entries["state"], states(country)) if "state" in entries else None
        known = {fold(name): name for name in optional_names(country, state)}
        chosen = list(self.notes.scalars(entries["optional"])) if "optional" in entries else []
        for item in chosen:
            if fold(str(item.value)) not in known:
                self.notes.unknown(item.position, str(item.value), tuple(known.values()))
        return holiday_dates(country, state, [str(item.value) for item in chosen])
