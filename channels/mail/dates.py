"""When a mail was written. Never raises.

    the first Date that can be read: as RFC 5322 has it, ISO 8601, day/month/year, seconds since 1970; months also in
    Portuguese and Spanish, zones also with a colon, as GMT-3 or by the names of Brazil
    none, or one before 1990 or more than a day ahead ─▶ the moment of receipt

The moment of receipt is when our server took the mail; for a mailbox, when the mailbox got it (INTERNALDATE). Without
a zone the time is taken for UTC.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels.mail.fields import Headers

_LONGEST = 200
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_FURTHEST_AHEAD = timedelta(days=1)
_MONTHS = {
    "fev": "feb", "abr": "apr", "mai": "may", "ago": "aug", "set": "sep", "out": "oct", "dez": "dec", "ene": "jan",
    "dic": "dec", "jan": "jan", "mar": "mar", "jun": "jun", "jul": "jul", "nov": "nov",
}  # fmt: skip
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[^\W\d_]*", re.IGNORECASE)
_ZONES = {"BRT": "-0300", "BRST": "-0200", "AMT": "-0400", "WET": "+0000", "WEST": "+0100", "CET": "+0100"}
_ZONE = re.compile(rf"\b({'|'.join(_ZONES)})\b")
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC?)\s*)?([+-])(\d{1,2}):?(\d\d)?(?!\d)(?=\s|\(|$)")
_CLOCK = re.compile(r"\b(\d{1,2})((?:[:.]\d\d){1,2})\s*([ap])\.?m\b\.?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4}-?\d\d-?\d\d(?:[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?)\s*(Z|[+-]\d\d:?\d\d)?(?![\d-])")
_SLASHES = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[,\s]+(?:às\s+)?(\d{1,2}):(\d\d)(?::(\d\d))?)?")
_SECONDS = re.compile(r"(\d{9,10})(?:\d{3})?")


def date_of(headers: Headers, received_at: datetime) -> datetime:
    """In UTC."""
    for written in headers.get("date", ()):
        value = written[:_LONGEST].strip(" \t\"'")
        for read in _READERS:
            moment = _attempt(read, value, received_at)
            if moment is not None:
                return moment
    return received_at


def _attempt(read: "Reader", value: str, received_at: datetime) -> datetime | None:
    try:
        moment = read(value, received_at)
        if moment is None:
            return None
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if _EARLIEST <= moment <= received_at + _FURTHEST_AHEAD else None


Reader = Callable[[str, datetime], datetime | None]


def _iso(value: str, _: datetime) -> datetime | None:
    found = _ISO.match(value)
    return datetime.fromisoformat(found[1].replace(",", ".") + (found[2] or "")) if found else None


def _internet(value: str, _: datetime) -> datetime | None:
    return parsedate_to_datetime(_in_english(value))


def _in_english(value: str) -> str:
    """With what parsers of RFC 5322 know: its months, numeric zones, 24 hours, 59 seconds at most."""
    value = _ZONE.sub(lambda zone: _ZONES[zone[1]], value)
    value = _OFFSET.sub(lambda zone: f"{zone[1]}{zone[2]:0>2}{zone[3] or '00'}", value)
    value = _CLOCK.sub(lambda time: f"{int(time[1]) % 12 + 12 * (time[3] in 'pP'):02}{time[2]}", value)
    value = _MONTH.sub(lambda month: _MONTHS[month[1].lower()], value.replace(" de ", " "))
    return value.replace(":60", ":59", 1)


def _slashes(value: str, received_at: datetime) -> datetime | None:
    """Day first, as in Brazil and Portugal, unless only the month first makes a day near to the receipt."""
    found = _SLASHES.search(value)
    if found is None:
        return None
    first, second, year, hour, minute, sec = (int(number or 0) for number in found.groups())
    days = [_day(year, second, first, hour, minute, sec), _day(year, first, second, hour, minute, sec)]
    possible = [day for day in days if day and _EARLIEST <= day <= received_at + _FURTHEST_AHEAD]
    return next(iter(possible), None)


def _day(*numbers: int) -> datetime | None:
    year, month, day, hour, minute, second = numbers
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _epoch(value: str, _: datetime) -> datetime | None:
    found = _SECONDS.fullmatch(value)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


_READERS: tuple[Reader, ...] = (_iso, _internet, _slashes, _epoch)
