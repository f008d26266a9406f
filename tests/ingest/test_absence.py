"""Peers that are away: asked again ever later, one message at a time."""

from datetime import timedelta

from ingest.absence import FIRST_PAUSE, LONGEST_PAUSE, Absences
from tests.samples import NOON


def test_who_is_there_is_not_restricted():
    assert Absences().room(NOON, []) == {}


def test_nobody_is_tried_during_a_pause_and_one_after_it():
    absences = Absences()
    assert absences.noted("email", NOON)

    assert absences.room(NOON, []) == {"email": 0}
    assert absences.room(NOON + FIRST_PAUSE, []) == {"email": 1}
    assert absences.room(NOON + FIRST_PAUSE, ["email"]) == {"email": 0}


def test_many_who_find_it_out_at_once_make_one_pause_and_one_piece_of_news():
    absences = Absences()

    assert [absences.noted("email", NOON) for _ in range(20)] == [True] + [False] * 19
    assert absences.room(NOON + FIRST_PAUSE, []) == {"email": 1}


def test_pauses_grow_up_to_a_limit():
    absences, now, pauses = Absences(), NOON, []
    for _ in range(20):
        absences.noted("email", now)
        end = next(s for s in range(1, 10_000) if absences.room(now + timedelta(seconds=s), [])["email"])
        pauses.append(timedelta(seconds=end))
        now += pauses[-1]

    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert set(pauses[10:]) == {LONGEST_PAUSE}


def test_once_it_is_back_everything_goes_and_the_next_absence_begins_anew():
    absences = Absences()
    absences.noted("email", NOON)

    assert absences.back("email")
    assert not absences.back("email")
    assert absences.room(NOON, []) == {}
    assert absences.noted("email", NOON)
