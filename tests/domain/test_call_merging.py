"""Many events, one call: order and repetition never matter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.call import CallEvent, Outcome, Sign
from domain.call_merging import grouped, merged

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
moments = st.none() | st.integers(0, 3600).map(lambda seconds: NOON + timedelta(seconds=seconds))
seconds = st.none() | st.integers(0, 600)
names = st.none() | st.sampled_from(["Paula", "Rui"])
numbers = st.none() | st.sampled_from(["+5511912345678", "1001", "anonymous"])
events = st.builds(
    CallEvent,
    ids=st.sampled_from([("a",), ("a", "b"), ("a", "c"), ("b", "a")]),
    sign=st.sampled_from(Sign),
    whole=st.booleans(),
    at=moments,
    direction=st.sampled_from([None, "inbound", "outbound", "internal"]),
    answered=st.sampled_from([None, True, False]),
    caller=numbers,
    called=numbers,
    started_at=moments,
    answered_at=moments,
    ended_at=moments,
    waited_s=seconds,
    talked_s=seconds,
    queue=names,
    agent=names,
    ended_by=names,
    recording=names,
    abandoned=st.booleans(),
    transcript=names,
)


@given(st.lists(events, min_size=1, max_size=8), st.randoms())
def test_merging_is_commutative_and_idempotent(told, chance):
    shuffled = [*told, *chance.choices(told, k=3)]
    chance.shuffle(shuffled)

    assert merged(shuffled) == merged(told)


@given(st.lists(events, min_size=1, max_size=8), st.lists(events, max_size=4))
def test_a_call_that_was_answered_or_is_over_stays_so(told, more):
    before, after = merged(told), merged([*told, *more])

    assert not before.answered or after.answered
    assert before.outcome is Outcome.RINGING or after.outcome is not Outcome.RINGING or not more


def told(sign, call_id="a", **more):
    return CallEvent(ids=(call_id,), sign=sign, **more)


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([told(Sign.RINGING)], Outcome.RINGING),
        ([told(Sign.RINGING), told(Sign.NOTED, queue="Suporte")], Outcome.RINGING),
        ([told(Sign.RINGING), told(Sign.OVERDUE)], Outcome.MISSED),
        ([told(Sign.ANSWERED)], Outcome.TALKING),
        ([told(Sign.ENDED)], Outcome.MISSED),
        ([told(Sign.ANSWERED), told(Sign.ENDED)], Outcome.ENDED),
        ([told(Sign.ANSWERED), told(Sign.OVERDUE)], Outcome.TALKING),
        ([told(Sign.ENDED, answered=False, answered_at=NOON, talked_s=9)], Outcome.MISSED),
    ],
)
def test_where_a_call_stands(events, outcome):
    assert merged(events).outcome is outcome


def test_a_queue_that_rings_two_agents_and_one_answers_is_an_answered_call():
    legs = [
        CallEvent(ids=("q",), sign=Sign.RINGING, started_at=NOON, queue="Suporte"),
        CallEvent(ids=("q", "a1"), sign=Sign.ENDED, whole=False, answered=False, waited_s=15),
    ]
    assert merged(legs).outcome is Outcome.RINGING, "the caller still waits"
    answered = CallEvent(
        ids=("q", "a2"), sign=Sign.ANSWERED, whole=False, answered_at=NOON + timedelta(seconds=31), agent="Rui"
    )
    call = merged([*legs, answered])
    assert (call.outcome, call.agent, call.waited_s) == (Outcome.TALKING, "Rui", 15)
    over = merged([*legs, answered, CallEvent(ids=("q",), sign=Sign.ENDED, ended_at=NOON + timedelta(seconds=91))])
    assert (over.outcome, over.talked_s, over.duration_s) == (Outcome.ENDED, 60, 91)


def test_after_a_transfer_the_agent_is_who_spoke_last():
    first = told(Sign.ANSWERED, at=NOON, agent="Paula")
    second = told(Sign.ANSWERED, at=NOON + timedelta(minutes=2), agent="Rui")

    assert merged([second, first]).agent == "Rui"


def test_legs_are_grouped_by_whatever_names_them():
    one, two = CallEvent(ids=("a",), sign=Sign.RINGING), CallEvent(ids=("b",), sign=Sign.RINGING)
    other = CallEvent(ids=("c",), sign=Sign.RINGING)
    joined = CallEvent(ids=("b", "a"), sign=Sign.ENDED)

    assert grouped([one, other, two]) == [[one], [other], [two]]
    assert grouped([one, other, two, joined]) == [[one, two, joined], [other]]
