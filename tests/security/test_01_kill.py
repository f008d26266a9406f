"""Attack 1, SIGKILL at random under load, is tests/e2e/test_kill.py; its checker is tried here.

A test that compares histories proves nothing if it could not see a loss or a double.
"""

import pytest

from tests.e2e.senders import marks_in


def ticket(*texts, direction="in"):
    return {"messages": [{"direction": direction, "text": f"oi, marca {text}"} for text in texts]}


@pytest.mark.parametrize(
    ("tickets", "counts"),
    [
        ([], {}),
        ([ticket("a"), ticket("b")], {"a": 1, "b": 1}),
        ([ticket("a", "a")], {"a": 2}),
        ([ticket("a"), ticket("a")], {"a": 2}),
        ([ticket("a", direction="out")], {}),
    ],
)
def test_the_kill_tests_checker_sees_what_is_lost_and_what_is_doubled(tickets, counts):
    assert marks_in(tickets) == counts
