"""Maintenance windows: once and again, past midnight, in their own zone, for the labels they name."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.incident_desk import Window
from triage.maintenance import matches, open_window

ZONE, BERLIN = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Berlin")
NIGHT = Window(name="night", days=frozenset({5}), opens=time(23), closes=time(3), zone=ZONE)
ONCE = Window(
    name="once",
    begins=datetime(2026, 3, 2, 12, tzinfo=UTC),
    ends=datetime(2026, 3, 2, 14, tzinfo=UTC),
    match={"host": ("db-*",)},
)


def at(*parts):
    return datetime(*parts, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(2026, 3, 7, 22, 59), False),
        (at(2026, 3, 7, 23, 0), True),
        (at(2026, 3, 8, 2, 59), True),
        (at(2026, 3, 8, 3, 0), False),
        (at(2026, 3, 8, 23, 30), False),
        (at(2026, 3, 7, 2, 0), False),
    ],
)
def test_a_window_past_midnight_belongs_to_the_day_on_which_it_opens(moment, is_open):
    assert (open_window([NIGHT], "alertas", {}, moment) is not None) is is_open


def test_it_ends_by_the_clock_of_its_zone_when_clocks_change():
    """On 29 March 2026 the hour from 2 to 3 is missing in Berlin: from 22:00 to 04:00 it is open for five hours."""
    window = Window(name="w", days=frozenset({5}), opens=time(22), closes=time(4), zone=BERLIN)
    found = open_window([window], "x", {}, datetime(2026, 3, 28, 23, 0, tzinfo=BERLIN))

    assert found is not None
    assert found[1] == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


def test_once_is_from_its_beginning_to_before_its_end():
    labels = {"host": "DB-1"}

    assert open_window([ONCE], "a", labels, datetime(2026, 3, 2, 12, tzinfo=UTC)) == (ONCE, ONCE.ends)
    assert open_window([ONCE], "a", labels, datetime(2026, 3, 2, 14, tzinfo=UTC)) is None
    assert open_window([ONCE], "a", {"host": "web-1"}, datetime(2026, 3, 2, 13, tzinfo=UTC)) is None


def test_of_several_the_last_to_end_counts():
    longer = Window(name="longer", begins=ONCE.begins, ends=datetime(2026, 3, 2, 15, tzinfo=UTC))

    assert open_window([longer, ONCE], "a", {"host": "db-1"}, datetime(2026, 3, 2, 13, tzinfo=UTC))[0] is longer


def test_a_window_may_be_for_some_channels():
    one = Window(name="one", begins=ONCE.begins, ends=ONCE.ends, channels=frozenset({"alertas"}))
    moment = datetime(2026, 3, 2, 13, tzinfo=UTC)

    assert open_window([one], "alertas", {}, moment) is not None
    assert open_window([one], "email", {}, moment) is None


@pytest.mark.parametrize(
    ("match", "labels", "fits"),
    [
        ({}, {}, True),
        ({"a": ("x", "y")}, {"a": "y"}, True),
        ({"a": ("x",), "b": ("z",)}, {"a": "x"}, False),
        ({"a": ("db-*.example",)}, {"a": "db-1.example"}, True),
        ({"a": ("db-[1]",)}, {"a": "db-1"}, False),
        ({"a": ("db-[1]",)}, {"a": "db-[1]"}, True),
        ({"a": ("*",)}, {}, False),
    ],
)
def test_labels_fit_by_value_and_star(match, labels, fits):
    assert matches(match, labels) is fits
