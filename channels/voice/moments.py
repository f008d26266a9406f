"""Times as telephone systems write them, as aware UTC.

    2026-03-02 08:40:00          local time, of the zone in the settings
    2026-03-02T11:40:00Z         ISO 8601 with its zone
    1772451600 · …600123 · …600123456      Unix seconds, milliseconds, microseconds; as a number or as text
    Mon, 02 Mar 2026 11:40:00 +0000        RFC 5322
    02/03/2026 08:40:00 · 02.03.2026 08:40:00 · 2026/03/02 08:40:00

An hour that the clocks went through twice is read as the later one that is not after we heard of it.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

_EPOCH = re.compile(r"[0-9]{1,17}(?:\.[0-9]{1,9})?")
_DAY_FIRST = re.compile(r"([0-3][0-9])[./]([01][0-9])[./]([0-9]{4})(.*)")
_RFC_5322 = re.compile(r"(?:[A-Za-z]{3}, )?[0-9]{1,2} [A-Za-z]{3} [0-9]{4} ")
_LATENESS = timedelta(minutes=5)


def local_moment(given: Any, zone: tzinfo, received_at: datetime) -> datetime:
    """Raises ValueError, TypeError, OverflowError or OSError for what is no time between 1970 and 9999."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise TypeError("no time")
    text = str(given).strip()
    if _EPOCH.fullmatch(text):
        moment = _of_epoch(float(text))
    elif _RFC_5322.match(text):
        moment = _placed(parsedate_to_datetime(text), zone, received_at)
    else:
        moment = _placed(datetime.fromisoformat(_year_first(text)), zone, received_at)
    if moment.year < 1970:
        raise ValueError("before 1970")
    return moment


def _of_epoch(number: float) -> datetime:
    """Seconds; JavaScript counts thousandths of them, FreeSWITCH millionths."""
    divisor = 1_000_000 if number > 10**14 else 1000 if number > 10**11 else 1
    return datetime.fromtimestamp(number / divisor, UTC)


def _year_first(text: str) -> str:
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year, rest = found.groups()
        return f"{year}-{month}-{day}{rest}"
    return text.replace("/", "-")


def _placed(moment: datetime, zone: tzinfo, received_at: datetime) -> datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    readings = {moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    past = [reading for reading in readings if reading <= received_at + _LATENESS]
    return max(past) if past and _happens_twice(moment, zone) else moment.replace(tzinfo=zone).astimezone(UTC)


def _happens_twice(moment: datetime, zone: tzinfo) -> bool:
    """And not never: an hour that the clocks leapt over also has two readings, of which neither comes back."""
    first = moment.replace(tzinfo=zone)
    return all(
        moment.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
        == first.replace(tzinfo=None)
        for fold in (0, 1)
    )
