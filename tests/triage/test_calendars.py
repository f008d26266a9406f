"""When people come back, or leave: across days, holidays, special days, and clocks that are changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.reading import read
from triage.calendars import Hours
from triage.outline import Sections, calendars_of

FILE = """\
calendars:
  loja:
    hours: {mon-fri: 08:00-12:00 13:00-18:00, sat: 09:00-13:00}
    holidays: {country: BR}
    days: {"2026-12-24": 08:00-12:00, "12-31": closed}
  noite:
    timezone: America/New_York
    hours: {mon-sun: 22:00-24:00 00:00-06:00}
  sempre:
    hours: {mon-sun: 00:00-24:00}
  nunca:
    hours: {}
"""
CALENDARS = calendars_of(Sections((read(FILE, "rules.yaml"),)))


def local(text, zone="America/Sao_Paulo"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "state", "until"),
    [
        ("2026-11-27 10:00", Hours.OPEN, "2026-11-27 12:00"),
        ("2026-11-27 12:00", Hours.CLOSED, "2026-11-27 13:00"),
        ("2026-11-27 17:59:59", Hours.OPEN, "2026-11-27 18:00"),
        ("2026-11-27 18:00", Hours.CLOSED, "2026-11-28 09:00"),
        ("2026-11-28 14:00", Hours.CLOSED, "2026-11-30 08:00"),
        ("2026-11-30 03:00", Hours.CLOSED, "2026-11-30 08:00"),
        ("2026-12-24 12:30", Hours.CLOSED, "2026-12-26 09:00"),
        ("2026-12-25 10:00", Hours.HOLIDAY, "2026-12-26 09:00"),
        ("2026-12-30 18:00", Hours.CLOSED, "2027-01-02 09:00"),
    ],
)
def test_until_when(now, state, until):
    """The 25th and January 1st are holidays, the 24th and the 31st have hours of their own."""
    calendar = CALENDARS["loja"]

    assert calendar.state(local(now)) is state
    assert calendar.until(local(now)) == local(until)


def test_hours_over_midnight_are_one_stretch():
    zone = "America/New_York"

    assert CALENDARS["noite"].until(local("2026-11-27 23:00", zone)) == local("2026-11-28 06:00", zone)
    assert CALENDARS["noite"].until(local("2026-11-27 12:00", zone)) == local("2026-11-27 22:00", zone)


def test_clocks_that_are_changed_meanwhile_are_changed():
    """On 2026-11-01, New York puts its clocks back: the night has an hour more."""
    calendar, zone = CALENDARS["noite"], "America/New_York"

    assert calendar.until(local("2026-10-31 22:00", zone)) == datetime(2026, 11, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["sempre", "nunca"])
def test_what_never_changes_has_no_until(name):
    assert CALENDARS[name].until(local("2026-11-27 10:00")) is None


def test_at_the_end_of_time_nothing_follows():
    assert CALENDARS["loja"].until(datetime.max.replace(tzinfo=UTC)) is None
