"""Dates that no standard knows; the corpus (shapes/dates.py) has the forms themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.dates import date_of

RECEIVED_AT = datetime(2026, 3, 12, 12, tzinfo=UTC)


def day(written):
    return date_of({"date": [written]}, RECEIVED_AT).strftime("%d/%m/%Y")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("02/03/2026", "02/03/2026"),
        ("03/02/2026", "03/02/2026"),
        ("02/28/2026", "28/02/2026"),
        ("03/11/2026", "11/03/2026"),
        ("31/31/2026", "12/03/2026"),
        ("2 de março de 2026 08:00", "02/03/2026"),
        ("lun, 2 ene 2026 08:00", "02/01/2026"),
    ],
)
def test_the_day_comes_first_unless_only_the_month_can(written, expected):
    assert day(written) == expected


def test_the_afternoon_of_a_clock_of_twelve_hours():
    assert date_of({"date": ["2 Mar 2026 12:05 PM +0000"]}, RECEIVED_AT).hour == 12
    assert date_of({"date": ["2 Mar 2026 12:05 a.m. +0000"]}, RECEIVED_AT).hour == 0


@given(st.lists(st.text("0123456789/:-.,+TZ GMT aPm", max_size=30) | st.text(max_size=30), max_size=3))
def test_whatever_is_written_is_a_moment_before_tomorrow(values):
    moment = date_of({"date": values}, RECEIVED_AT)

    assert moment.tzinfo is not None
    assert moment <= RECEIVED_AT + timedelta(days=1)
