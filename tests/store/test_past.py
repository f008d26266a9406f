"""Past tickets as other rules may be tried on them."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from store import past
from store.past import Span
from tests.ingest.pasts import TEXTS, file_judged, judged
from tests.samples import NOON


@pytest.fixture
async def filled(open_database):
    async def make(texts=TEXTS, moves=()):
        database = await open_database("desk")
        url = database.url.render_as_string(hide_password=False)
        await file_judged(url, [judged(number, one) for number, one in enumerate(texts, 1)], moves)
        return database

    return make


async def test_an_empty_store_has_no_span(desk):
    assert await desk.read(past.span) is None


@pytest.mark.parametrize(
    ("chosen", "first", "count"),
    [
        ({}, 1, 4),
        ({"newest": 3}, 2, 3),
        ({"newest": 99}, 1, 4),
        ({"since": NOON}, 1, 4),
        ({"since": NOON - timedelta(days=1)}, 1, 4),
    ],
)
async def test_tickets_are_chosen_by_time_or_number(filled, chosen, first, count):
    database = await filled()
    span = await database.read(lambda connection: past.span(connection, **chosen))
    assert (span.first, span.last, span.count) == (first, 4, count)
    assert await database.read(lambda connection: past.span(connection, since=NOON + timedelta(seconds=1))) is None


async def test_slices_cover_every_ticket_once():
    span = Span(first=3, last=3 + 2 * past.SLICE, count=2 * past.SLICE + 1)
    numbers = [number for one in span.slices() for number in range(one.first, one.last + 1)]
    assert numbers == list(range(span.first, span.last + 1))


async def test_facts_and_verdict_are_those_of_that_day(filled):
    database = await filled()
    found = await database.read(lambda connection: past.pasts(connection, Span(first=1, last=4, count=4)))
    assert [one.number for one in found.pasts] == [1, 2, 3, 4]
    assert found.pasts[0].facts.text == TEXTS[0]
    assert found.pasts[0].verdict.fields["department"].rule == "boleto"
    assert found.unreadable == ()


async def test_only_what_people_left_otherwise_is_a_correction(filled):
    moves = [
        (1, "suporte", None),
        (1, "financeiro", None),
        (2, "financeiro", "Média"),
        (3, None, "Alta"),
        (3, None, "Média"),
    ]
    database = await filled(moves=moves)
    found = await database.read(lambda connection: past.pasts(connection, Span(first=1, last=4, count=4)))
    assert [dict(one.corrected) for one in found.pasts] == [
        {},
        {"department": "financeiro", "priority": "Média"},
        {"priority": "Média"},
        {},
    ]


@pytest.mark.parametrize(
    "damage", ["facts = NULL", "facts = '{'", "verdict = '{}'", "verdict = '[1]'", "facts = '{\"channel\": 1}'"]
)
async def test_a_ticket_that_cannot_be_read_is_named_and_holds_nobody_up(filled, damage):
    database = await filled()
    await database.write(lambda connection: connection.execute(text(f"UPDATE messages SET {damage} WHERE ticket = 2")))
    found = await database.read(lambda connection: past.pasts(connection, Span(first=1, last=4, count=4)))
    assert [one.number for one in found.pasts] == [1, 3, 4]
    assert found.unreadable == (2,)


async def test_facts_that_an_older_version_stored_are_read(filled):
    """The first version knew fewer facts: what is not there has its default."""
    database = await filled()
    old = orjson.dumps(
        {"channel": "email", "medium": "mail", "occurred_at": NOON.isoformat(), "recipients": [], "attachments": []}
    ).decode()
    statement = text("UPDATE messages SET facts = :old WHERE ticket = 1").bindparams(old=old)
    await database.write(lambda connection: connection.execute(statement))
    found = await database.read(lambda connection: past.pasts(connection, Span(first=1, last=1, count=1)))
    assert found.pasts[0].facts.text == TEXTS[0]
    assert found.pasts[0].facts.automated == "none"
