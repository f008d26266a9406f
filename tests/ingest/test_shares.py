"""Who is on time and who is late: a flood pushes back itself, and nobody who comes by the same road."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.raw import RawInteraction
from ingest.shares import ADDRESS, CHANNEL, MOST_KNOWN, MOST_LATE, SECOND, SENDER, Shares, claims_of
from store.moments import EPOCH


def raw(source="", peer=None, channel="email"):
    envelope = {} if peer is None else {"peer": peer}
    return RawInteraction(
        channel=channel, dedup_key="k", received_at=EPOCH, payload=b"", envelope=envelope, source=source
    )


def taken(shares, one, now):
    """Its lateness, in seconds; and it is taken."""
    claims = claims_of(one)
    late = shares.late(claims, now)
    shares.charge(claims, now)
    return late / SECOND


def test_whose_shares_an_interaction_is_of():
    assert claims_of(raw("ana@x", "1.2.3.4")) == [
        (SENDER, "email ana@x"),
        (ADDRESS, "email 1.2.3.4"),
        (CHANNEL, "email"),
    ]
    assert claims_of(raw()) == [(CHANNEL, "email")]


def test_within_a_burst_everybody_is_on_time():
    shares = Shares()
    assert {taken(shares, raw("ana"), 0) for _ in range(SENDER.burst)} == {0}
    assert taken(shares, raw("ana"), 0) == 1


def test_who_floods_is_later_with_each_and_the_others_are_on_time():
    shares = Shares()
    flood = [taken(shares, raw("flood", "9.9.9.9"), 0) for _ in range(10_000)]
    assert flood == sorted(flood)
    assert flood[-1] == 10_000 - SENDER.burst
    assert taken(shares, raw("ana", "9.9.9.9"), 0) == 0, "the same address"
    assert taken(shares, raw("ana"), 0) == 0


def test_a_flood_of_many_names_from_one_address_is_late_by_its_address():
    shares = Shares()
    flood = [taken(shares, raw(f"name{n}", "9.9.9.9"), 0) for n in range(10_000)]
    assert flood[-1] == pytest.approx((10_000 - ADDRESS.burst) / ADDRESS.per_second)
    assert taken(shares, raw("ana", "1.2.3.4"), 0) == 0


def test_a_flood_of_many_names_and_addresses_is_late_by_its_channel():
    shares = Shares()
    flood = [taken(shares, raw(f"name{n}", f"10.0.{n >> 8}.{n & 255}"), 0) for n in range(6_000)]
    assert flood[-1] == pytest.approx((6_000 - CHANNEL.burst) / CHANNEL.per_second)
    assert taken(shares, raw("ana", "1.2.3.4", channel="chat"), 0) == 0


def test_time_forgives():
    shares = Shares()
    for _ in range(SENDER.burst + 10):
        taken(shares, raw("ana"), 0)
    assert taken(shares, raw("ana"), 11 * SECOND) == 0
    assert taken(shares, raw("ana"), 3_600 * SECOND) == 0


def test_nobody_is_later_than_a_day():
    shares = Shares()
    claims = [(SENDER, "flood")]
    for _ in range(100_000):
        shares.charge(claims, 0)
    assert shares.late(claims, 0) <= MOST_LATE


def test_what_is_remembered_is_bounded():
    shares = Shares()
    for number in range(MOST_KNOWN * 2):
        shares.charge([(SENDER, str(number))], 0)
    assert len(shares) == MOST_KNOWN
    assert shares.late([(SENDER, "0")], 0) == 0


def test_who_has_nothing_to_his_charge_any_more_takes_no_memory():
    shares = Shares()
    for number in range(100):
        shares.charge([(SENDER, str(number))], 0)
    shares.charge([(SENDER, "later")], 10 * SECOND)
    assert len(shares) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=200))
def test_turns_of_one_sender_keep_their_order(sent):
    """Turn = when it came + how late it is."""
    shares, now, turns = Shares(), 0, {}
    for who, pause in sent:
        now += pause * SECOND // 10
        turn = now + taken(shares, raw(who), now) * SECOND
        assert turn >= turns.get(who, 0)
        turns[who] = turn
