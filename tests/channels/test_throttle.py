"""A budget of failures for each address."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import throttle as module
from channels.throttle import Throttle, limited_as


def test_the_burst_is_free_and_the_next_waits():
    throttle = Throttle(burst=3, per_second=0.5)
    waits = []
    for _ in range(5):
        waits.append(throttle.wait("a", 0.0))
        throttle.charge("a", 0.0)

    assert waits == [0, 0, 0, 2, 2]
    assert throttle.wait("b", 0.0) == 0


def test_time_forgives():
    throttle = Throttle(burst=1, per_second=1.0)
    throttle.charge("a", 0.0)

    assert throttle.is_strained
    assert throttle.wait("a", 0.5) == 1
    assert throttle.wait("a", 1.0) == 0
    assert not throttle.is_strained


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST_ADDRESSES", 10)
    throttle = Throttle(burst=1, per_second=0.001)
    for number in range(100):
        throttle.charge(f"10.0.0.{number}", 0.0)

    assert len(throttle._spent) == 10
    assert throttle.wait("10.0.0.99", 0.0) > 0


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 5))
def test_nobody_fails_more_often_than_allowed(pauses, burst):
    """Whoever waits as told is served; in t seconds no more than burst + t failures are served."""
    throttle, now, served = Throttle(burst=burst, per_second=1.0), 0.0, 0
    for pause in pauses:
        now += pause
        if throttle.wait("a", now) == 0:
            throttle.charge("a", now)
            served += 1
        else:
            assert deepcopy(throttle).wait("a", now + throttle.wait("a", now)) == 0

    assert served <= burst + now + 1e-6


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no:address", "no:address"),
        (None, ""),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address, key):
    assert limited_as(address) == key
