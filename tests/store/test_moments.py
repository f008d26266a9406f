"""Times are whole microseconds on both databases, and sort as they happened."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.moments import from_micros, maybe_from_micros, to_micros

moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]))


@given(moments)
def test_a_moment_comes_back_as_it_was(moment):
    assert from_micros(to_micros(moment)) == moment


@given(moments, moments)
def test_numbers_sort_like_moments(one, other):
    assert (to_micros(one) < to_micros(other)) == (one < other)


def test_a_naive_time_is_refused():
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_what_comes_back_is_in_utc():
    assert maybe_from_micros(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert maybe_from_micros(None) is None
