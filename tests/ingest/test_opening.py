"""When people are there, as the rules in force say; where nobody else looks at them, the door does."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.chat import Opening
from ingest import opening as module
from ingest.opening import Openings
from ingest.rulebook import Rulebook
from tests.pipeline import RULES
from triage.calendars import Calendar

NOON = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
OPEN = Opening(is_open=True, holiday=False, until=datetime(2026, 11, 27, 21, 0, tzinfo=UTC), zone="America/Sao_Paulo")


@pytest.fixture
def book(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return Rulebook(tmp_path / "rules.yaml")


async def test_a_process_without_rules_of_its_own_looks_itself(book):
    assert await Openings(book, looks=True).opening("atendimento", NOON) == OPEN


async def test_where_others_look_nothing_is_known_before_they_have(book):
    openings = Openings(book, looks=False)
    before = await openings.opening("atendimento", NOON)
    await book.reload()

    assert before is None
    assert await openings.opening("atendimento", NOON) == OPEN


async def test_a_calendar_that_is_not_there_says_nothing(book):
    assert await Openings(book, looks=True).opening("loja", NOON) is None


async def test_changed_rules_count_soon_and_broken_ones_never(book):
    now = [0.0]
    openings = Openings(book, looks=True, clock=lambda: now[0])
    await openings.opening("atendimento", NOON)
    book.path.write_text(RULES.replace("09:00-18:00", "14:00-18:00"), encoding="utf-8")
    at_once = await openings.opening("atendimento", NOON)
    now[0] += module.LOOK_EVERY
    soon = await openings.opening("atendimento", NOON)
    book.path.write_text("version: [", encoding="utf-8")
    now[0] += module.LOOK_EVERY
    broken = await openings.opening("atendimento", NOON)

    assert (at_once.is_open, soon.is_open) == (True, False)
    assert broken == soon


async def test_many_who_ask_at_once_look_once(book, monkeypatch):
    looked = []
    reload = book.reload_if_changed

    async def counted():
        looked.append(1)
        return await reload()

    monkeypatch.setattr(book, "reload_if_changed", counted)
    openings = Openings(book, looks=True)
    answers = await asyncio.gather(*(openings.opening("atendimento", NOON) for _ in range(20)))

    assert looked == [1]
    assert answers == [OPEN] * 20


async def test_an_answer_is_kept_for_a_minute_and_never_beyond_its_own_end(book, monkeypatch):
    worked_out = []
    until = Calendar.until
    monkeypatch.setattr(Calendar, "until", lambda self, now: worked_out.append(now) or until(self, now))
    openings = Openings(book, looks=True)
    close = OPEN.until - timedelta(seconds=20)
    moments = [NOON, NOON + timedelta(seconds=59), NOON + timedelta(seconds=61), close, OPEN.until, NOON]
    answers = [await openings.opening("atendimento", moment) for moment in moments]

    assert [answer.is_open for answer in answers] == [True, True, True, True, False, True]
    assert worked_out == [moments[place] for place in (0, 2, 3, 4, 5)]
