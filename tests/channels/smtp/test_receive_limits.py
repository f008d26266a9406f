"""The counters that bound what strangers can make us hold."""

from channels.smtp.receive_limits import Limits


def limits(**given):
    return Limits(**{"max_connections": 3, "max_connections_per_address": 2, "max_in_flight": 100, **given})


def test_connections_are_bounded_in_all_and_per_address():
    counting = limits()

    assert [counting.enter(peer) for peer in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]


def test_who_leaves_makes_room_and_leaves_no_trace():
    counting = limits()
    counting.enter("a")
    counting.leave("a")

    assert counting.connections == 0
    assert dict(counting.by_address) == {}


def test_bytes_in_flight_are_bounded_and_given_back():
    counting = limits()

    assert counting.take(60)
    assert not counting.take(60)
    counting.give_back(60)
    assert counting.take(100)
