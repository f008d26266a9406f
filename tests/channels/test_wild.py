"""Untrusted JSON that remembers its path."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.json_reading import believable, problem_traits
from channels.wild import Wild, as_moment
from domain.errors import Undecodable

RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sender", "message"),
    [
        ({"id": 7}, "sender.id: text expected, got a number"),
        ({"id": None}, "sender.id: text expected, got nothing"),
        ({"id": ""}, "sender.id: text expected, got nothing"),
        ({"id": " \n\0"}, "sender.id: text expected, got nothing"),
        ({"address": ["x"]}, "sender.address: text expected, got an array"),
        ([], "sender: an object expected, got an array"),
        ("u-1", "sender: an object expected, got text"),
        (True, "sender: an object expected, got true or false"),
        (None, "sender.id: text expected, got nothing"),
    ],
)
def test_a_mistake_names_the_exact_key(sender, message):
    with pytest.raises(Undecodable) as caught:
        Wild({"sender": sender}).part("sender").required_line("id", "address")

    assert str(caught.value) == message


def test_optional_values_of_the_wrong_kind_are_left_out_and_noted():
    wild = Wild({"a": 1, "b": "x", "c": [], "when": "ontem", "s": -1, "list": {"x": 1}, "items": [1, {"n": 2}]})

    assert (wild.line("a"), wild.flag("b"), wild.text("c"), wild.moment("when"), wild.seconds("s")) == (None,) * 5
    assert list(wild.parts("list")) == []
    (item,) = wild.parts("items")
    assert item.line("n") is None
    assert wild.problems == [
        "a: text expected, got a number",
        "b: true or false expected, got text",
        "c: text expected, got an array",
        "when: a time as ISO 8601 or Unix seconds expected, got 'ontem'",
        "s: seconds expected, got a number",
        "list: an array expected, got an object",
        "items[0]: an object expected, got a number",
        "items[1].n: text expected, got a number",
    ]


@pytest.mark.parametrize("given_value", [None, ""])
def test_null_and_empty_mean_not_given(given_value):
    wild = Wild({"a": given_value})

    assert (wild.line("a"), wild.text("a"), wild.moment("a"), wild.seconds("a")) == (None,) * 4
    assert wild.problems == []


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("2026-03-02T09:00:00-03:00", RECEIVED),
        ("2026-03-02T12:00:00Z", RECEIVED),
        ("2026-03-02 12:00:00", RECEIVED),
        (1772452800, RECEIVED),
        (1772452800.5, RECEIVED + timedelta(seconds=0.5)),
        (1772452800000, RECEIVED),
    ],
)
def test_times_are_read_as_aware_utc(given_value, expected):
    assert as_moment(given_value) == expected
    assert as_moment(given_value).tzinfo is UTC


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.lists(st.integers()))
def test_no_time_whatever_breaks_the_reading(value):
    moment = Wild({"t": value}).moment("t")

    assert moment is None or moment.year >= 1970


@pytest.mark.parametrize(
    ("value", "seconds"), [(0, 0), (42, 42), (41.6, 42), ("7", 7), (True, None), ("x", None), (1e12, None)]
)
def test_seconds_are_whole_and_not_negative(value, seconds):
    assert Wild({"s": value}).seconds("s") == seconds


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        (None, RECEIVED),
        (RECEIVED - timedelta(days=2), RECEIVED - timedelta(days=2)),
        (RECEIVED + timedelta(minutes=1), RECEIVED),
        (RECEIVED + timedelta(days=900), RECEIVED),
        (RECEIVED.astimezone(timezone(timedelta(hours=-3))), RECEIVED),
    ],
)
def test_nothing_happened_after_it_was_received(claimed, believed):
    assert believable(claimed, RECEIVED) == believed


def test_many_problems_stay_one_short_trait():
    assert problem_traits([]) == {}
    assert len(problem_traits(["x" * 300] * 100)["payload.problems"]) == 1000
