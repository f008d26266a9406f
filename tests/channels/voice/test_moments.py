"""Times of telephone systems: which zone they are in, and hours that come twice or never."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.moments import local_moment
from channels.voice.plan import HOME

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("given_time", "utc"),
    [
        ("2026-03-02 08:40:00", "2026-03-02T11:40:00+00:00"),
        ("2026-03-02T08:40:00.5", "2026-03-02T11:40:00.500000+00:00"),
        ("2026-03-02T08:40:00Z", "2026-03-02T08:40:00+00:00"),
        ("2026-03-02T08:40:00-05:00", "2026-03-02T13:40:00+00:00"),
        ("02/03/2026 08:40:00", "2026-03-02T11:40:00+00:00"),
        ("02.03.2026 08:40:00", "2026-03-02T11:40:00+00:00"),
        ("2026/03/02 08:40:00", "2026-03-02T11:40:00+00:00"),
        ("Mon, 02 Mar 2026 11:40:00 +0000", "2026-03-02T11:40:00+00:00"),
        (1772451600, "2026-03-02T11:40:00+00:00"),
        ("1772451600", "2026-03-02T11:40:00+00:00"),
        ("1772451600123", "2026-03-02T11:40:00.123000+00:00"),
        ("1772451600123456", "2026-03-02T11:40:00.123456+00:00"),
    ],
)
def test_every_spelling_becomes_utc(given_time, utc):
    assert local_moment(given_time, HOME, NOON).isoformat() == utc


def test_there_is_no_summer_time_in_sao_paulo_any_more_and_there_was():
    assert local_moment("2026-01-15 12:00:00", HOME, NOON).hour == 15
    assert local_moment("2018-01-15 12:00:00", HOME, NOON).hour == 14


def test_an_hour_that_comes_twice_is_the_later_one_that_is_not_ahead_of_us():
    """1 November 2026, 01:30 in New York: 05:30 and 06:30 UTC."""
    early, late = datetime(2026, 11, 1, 5, 40, tzinfo=UTC), datetime(2026, 11, 1, 6, 40, tzinfo=UTC)

    assert local_moment("2026-11-01 01:30:00", NEW_YORK, early) == early - timedelta(minutes=10)
    assert local_moment("2026-11-01 01:30:00", NEW_YORK, late) == late - timedelta(minutes=10)


def test_an_hour_that_never_was_is_read_all_the_same():
    assert local_moment("2026-03-08 02:30:00", NEW_YORK, NOON) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("junk", ["", "nunca", "2026-13-45", None, True, [], "1" * 30])
def test_what_is_no_time_is_refused(junk):
    with pytest.raises((ValueError, TypeError, OverflowError, OSError)):
        local_moment(junk, HOME, NOON)


@given(st.text())
def test_any_text_is_a_time_or_refused(text):
    try:
        moment = local_moment(text, HOME, NOON)
    except (ValueError, TypeError, OverflowError, OSError):
        return
    assert moment.utcoffset() == timedelta(0)
