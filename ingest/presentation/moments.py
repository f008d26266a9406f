"""Times and durations for people: the organisation's time zone, the reader's customs."""

from datetime import UTC, datetime, tzinfo

from ingest.presentation.clean import line
from ingest.translations import NN_, PORTUGUESE, _, language, ngettext

DAY = 86_400
_UNITS = (
    (86_400, NN_("%(count)d day", "%(count)d days")),
    (3_600, NN_("%(count)d hour", "%(count)d hours")),
    (60, NN_("%(count)d minute", "%(count)d minutes")),
    (1, NN_("%(count)d second", "%(count)d seconds")),
)


def moment(value: datetime | str | None, zone: tzinfo) -> str | None:
    """`2026-11-22T17:05:09Z` → `22/11/2026 14:05`; what is no time is shown as it is."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return line(value)
    if value is None:
        return None
    local = _in_zone(value, zone)
    if language() == PORTUGUESE:
        return f"{local:%d/%m}/{local.year:04} {local:%H:%M}"
    return f"{local.date().isoformat()} {local:%H:%M}"


def ago(value: str | None, zone: tzinfo, now: datetime) -> str | None:
    """`3 minutes ago` within a day, else the moment itself."""
    if value is None:
        return None
    try:
        age = (now - _in_zone(datetime.fromisoformat(value), UTC)).total_seconds()
    except ValueError:
        return line(value)
    return _("%(time)s ago") % {"time": duration(age)} if 0 <= age < DAY else moment(value, zone)


def duration(seconds: float) -> str:
    """The largest unit that fits, rounded down: `3 minutes`."""
    whole = max(int(seconds), 0)
    size, words = next((unit for unit in _UNITS if whole >= unit[0]), _UNITS[-1])
    return ngettext(*words, whole // size) % {"count": whole // size}


def iso(value: datetime | None) -> str | None:
    """ISO 8601 in UTC, as every JSON document has it."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _in_zone(value: datetime, zone: tzinfo) -> datetime:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return aware.astimezone(zone)
    except OverflowError:  # a sender's Date header may be the year 1 or 9999
        return aware
