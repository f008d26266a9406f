"""While the journal is strained only those within their share are taken; memory is bounded for everybody."""

import pytest

from domain.errors import IntakeUnavailable, ShareSpent
from domain.raw import RawInteraction
from ingest.admission import LONGEST_RETRY, Admission
from ingest.shares import SENDER
from store.moments import EPOCH


def raw(source="flood", size=10):
    return RawInteraction(channel="site", dedup_key="k", received_at=EPOCH, payload=bytes(size), source=source)


class Journal:
    strained = None


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def admission(journal):
    return Admission(1_000, lambda: journal.strained, clock=lambda: 0)


def flood(admission, count):
    for _ in range(count):
        with admission.admitted(raw()) as late:
            last = late
    return last


def test_a_flood_is_taken_late_while_there_is_room(admission):
    assert flood(admission, SENDER.burst) == 0
    assert flood(admission, 100) > 0


def test_below_the_watermark_a_flood_is_told_when_to_come_again_and_others_are_taken(admission, journal):
    flood(admission, SENDER.burst + 7)
    journal.strained = "free disk space is below the watermark"
    with pytest.raises(ShareSpent) as told, admission.admitted(raw()):
        pass
    assert (told.value.seconds, told.value.detail) == (8, journal.strained)
    with admission.admitted(raw("ana")) as late:
        assert late == 0
    journal.strained = None
    with admission.admitted(raw()):
        pass


def test_what_is_turned_away_is_not_charged(admission, journal):
    flood(admission, SENDER.burst + 7)
    journal.strained = "low"
    for _ in range(3):
        with pytest.raises(ShareSpent) as told, admission.admitted(raw()):
            pass
        assert told.value.seconds == 8


def test_nobody_is_told_to_wait_for_a_day(admission, journal):
    flood(admission, 5_000)
    journal.strained = "low"
    with pytest.raises(ShareSpent) as told, admission.admitted(raw()):
        pass
    assert told.value.seconds == LONGEST_RETRY


def test_memory_is_bounded_and_given_back(admission):
    with admission.admitted(raw("ana", 900)), pytest.raises(IntakeUnavailable), admission.admitted(raw("rui", 200)):
        pass
    with admission.admitted(raw("rui", 200)):
        pass


def test_one_interaction_is_taken_whatever_its_size(admission):
    with admission.admitted(raw("ana", 5_000)):
        pass


def test_half_full_memory_is_strain(admission):
    flood(admission, SENDER.burst + 1)
    with admission.admitted(raw("ana", 600)), pytest.raises(ShareSpent), admission.admitted(raw()):
        pass


def test_memory_is_given_back_when_the_journal_fails(admission):
    with pytest.raises(OSError, match="disk"), admission.admitted(raw("ana", 900)):
        raise OSError("disk")
    with admission.admitted(raw("ana", 900)):
        pass
