"""Ids of journal entries: they grow, and people read them as 16 hex digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.raw_ids import RawIds, to_numbers, to_text


@given(st.integers(0, 2**63 - 1))
def test_every_id_comes_back_from_its_text(number):
    assert to_numbers([to_text(number)]) == [number]


@given(st.lists(st.integers(0, 2**63 - 1), min_size=2, max_size=2))
def test_text_sorts_as_the_numbers_do(numbers):
    assert sorted(map(to_text, numbers)) == [to_text(number) for number in sorted(numbers)]


@pytest.mark.parametrize(
    "text", ["", "unknown", "7" * 15, "7" * 17, "f" * 16, "7FFFFFFFFFFFFFFF", " " + "7" * 15, "٣" * 16]
)
def test_what_no_entry_can_be_called_is_left_out(text):
    assert to_numbers([text, "0" * 16]) == [0]


def test_ids_grow_even_when_the_clock_stands_still_or_goes_back(monkeypatch):
    ids = RawIds()
    times = iter([100, 100, 50, 101, 200])
    monkeypatch.setattr("time.time_ns", lambda: next(times))
    assert [ids.draw() for _ in range(5)] == [100, 101, 102, 103, 200]


def test_ids_come_after_the_newest_one_there_is(monkeypatch):
    ids = RawIds()
    monkeypatch.setattr("time.time_ns", lambda: 5)
    ids.follow(1000)
    ids.follow(None)
    ids.follow(10)
    assert ids.draw() == 1001
