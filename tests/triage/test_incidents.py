"""What one report makes of an incident, as a table of what is known and what is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.alert import AlertEvent, AlertSign, level_of
from domain.incident_desk import StormPlan
from domain.ticket import State
from triage.incidents import Course, Told, begun, changed, course_of
from triage.storms import breaks_out, storm_event

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def told(minutes, sign="firing", *, began=None, ended=None, **more):
    event = AlertEvent(
        fingerprint="x", sign=AlertSign(sign), source="s", name="n", severity=more.pop("severity", None),
        started_at=None if began is None else at(began), ended_at=None if ended is None else at(ended),
    )  # fmt: skip
    return Told(event=event, received_at=at(minutes), content=f"{minutes}{sign}", **more)


def known(*reports):
    """An incident of which these have been told, with a ticket."""
    first, *others = reports
    one = begun("c", first, course_of(None, first, HOUR), turn=1, group="", client=None)
    one = replace(one, ticket=None if one.times == 0 or one.silenced_by else 7)
    for report in others:
        one = changed(one, report, course_of(one, report, HOUR, State.NEW))
    return one


BURNS = (told(0, began=0),)
OVER = (told(0, began=0), told(10, "resolved", began=0, ended=10))


@pytest.mark.parametrize(
    ("before", "report", "course"),
    [
        (None, told(0), Course.OPENS),
        (None, told(0, "resolved"), Course.RECORDED),
        (None, told(0, silenced_by="w"), Course.SILENCED),
        (BURNS, told(5, began=0), Course.REPEATS),
        (BURNS, told(5, silenced_by="w"), Course.REPEATS),
        (BURNS, told(5, "resolved", began=0, ended=5), Course.RESOLVES),
        (BURNS, told(5, "resolved", began=-9, ended=-5), Course.LATE),
        (OVER, told(20, began=20), Course.RETURNS),
        (OVER, told(80, began=80), Course.OPENS),
        (OVER, told(20, silenced_by="w", began=20), Course.SILENCED),
        (OVER, told(10.5, began=0), Course.LATE),
        (OVER, told(30, began=0), Course.RETURNS),
        (OVER, told(11, "resolved", began=0, ended=10), Course.LATE),
        ((told(0, "resolved", ended=0),), told(0.1, began=-5), Course.COMPLETES),
        ((told(0, silenced_by="w"),), told(5), Course.OPENS),
        ((told(0, silenced_by="w"),), told(5, silenced_by="w"), Course.SILENCED),
    ],
)
def test_course(before, report, course):
    assert (
        course_of(known(*before) if before else None, report, HOUR, State.SOLVED if before == OVER else State.NEW)
        is course
    )


def test_what_a_person_is_done_with_and_fires_on_comes_back_or_opens_anew():
    burning = known(*BURNS)

    assert course_of(burning, told(5), HOUR, State.SOLVED) is Course.RETURNS
    assert course_of(burning, told(5), HOUR, State.CLOSED) is Course.OPENS
    assert course_of(burning, told(100), HOUR, State.SOLVED) is Course.OPENS


def test_it_lasts_from_its_beginning_to_its_last_end():
    assert known(*OVER).duration == timedelta(minutes=10)
    assert known(*BURNS).duration is None
    assert known(*OVER, told(20, began=20), told(30, "resolved", began=20, ended=30)).duration == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("Critical", "critical"),
        ("disaster", "critical"),
        ("average", "warning"),
        ("Information", "info"),
        ("azul", None),
        (None, None),
    ],
)
def test_level(word, level):
    assert level_of(word) == level


def test_a_storm_needs_so_many_within_the_time():
    plan = StormPlan(alerts=3, within=timedelta(minutes=1))

    assert breaks_out(plan, [at(0), at(0.5), at(0.9)])
    assert not breaks_out(plan, [at(0), at(0.5), at(1.1)])
    assert not breaks_out(plan, [at(0), at(0)])


def test_a_storm_is_as_bad_as_its_worst_and_has_what_they_share():
    def one(host, severity, runbook):
        labels = (("cluster", "a"), ("host", host))
        return AlertEvent(fingerprint=host, sign=AlertSign.FIRING, source="s", name=host, severity=severity,
                          labels=labels, runbook=runbook)  # fmt: skip

    storm = storm_event("cluster=a", [one("1", "warning", "https://a"), one("2", "critical", "https://a")])
    assert (storm.severity, storm.labels, storm.runbook) == ("critical", (("cluster", "a"),), "https://a")
    assert storm_event("", [one("1", None, "https://a"), one("2", None, "https://b")]).runbook is None
