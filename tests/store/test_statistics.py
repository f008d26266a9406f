"""Which rules decided, and which ones people corrected."""

from datetime import timedelta

import pytest

from store.statistics import statistics
from tests.ingest.pasts import TEXTS, file_judged, judged
from tests.samples import NOON

MOVES = [
    (1, "suporte", None),  # boleto was wrong
    (3, "financeiro", "Alta"),  # default was wrong, twice
    (4, "suporte", None),
    (4, "financeiro", None),  # and back: no correction
    (2, "financeiro", None),
    (2, "suporte", "Média"),
]


@pytest.fixture
async def filled(open_database):
    database = await open_database("desk")
    filings = [judged(number, one) for number, one in enumerate(TEXTS, 1)]
    await file_judged(database.url.render_as_string(hide_password=False), filings, MOVES)
    return database


async def test_every_rule_is_counted_by_what_it_decided(filled):
    found = await filled.read(statistics)
    assert found.tickets == 4
    assert found.hits == {
        ("department", "boleto"): 2,
        ("department", "default"): 2,
        ("priority", "parado"): 2,
        ("priority", "default"): 2,
    }


async def test_the_last_move_of_a_ticket_corrects_the_rule_that_decided(filled):
    found = await filled.read(statistics)
    assert found.corrected == {
        ("department", "boleto", "suporte"): 1,
        ("department", "default", "financeiro"): 1,
        ("priority", "default", "Alta"): 1,
        ("priority", "parado", "Média"): 1,
    }


async def test_only_tickets_opened_since_then_count(filled):
    later = await filled.read(lambda connection: statistics(connection, NOON + timedelta(seconds=1)))
    assert (later.tickets, later.hits, later.corrected) == (0, {}, {})
    assert (await filled.read(lambda connection: statistics(connection, NOON))).tickets == 4


async def test_an_empty_store_has_no_figures(desk):
    assert (await desk.read(statistics)).tickets == 0
