"""Documents in the shapes of contracts.md."""

from datetime import timedelta

import orjson
import pytest

from domain.ticket import Road, State
from store import desk as units
from store import queries
from tests.store.filings import NOW, PERIOD, RECEIVED, acknowledgement, filing, said

TICKET_KEYS = (
    "number", "state", "department", "priority", "subject", "contact", "assignee", "tags", "flagged", "opened_at",
    "solved_at", "verdict", "messages", "acknowledgements", "history",
)  # fmt: skip
MESSAGE_KEYS = (
    "id", "direction", "channel", "medium", "sender", "text", "received_at", "raw_id", "identity", "message_id",
    "envelope_sender", "verified", "attachments",
)  # fmt: skip


@pytest.fixture
async def filed(desk):
    filings = [
        filing(1, said("a"), answer=acknowledgement(1)),
        filing(1, said("b"), Road.JOINS),
        filing(2, said("c")),
        filing(3, said("d")),
    ]
    await desk.write(lambda connection: units.file(connection, filings, NOW, PERIOD))
    await desk.write(lambda connection: units.move(connection, 2, "comercial", "Alta", "maria", NOW))
    return desk


async def test_a_ticket_has_every_key_of_the_contract(filed):
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))
    assert set(TICKET_KEYS) <= set(ticket)
    assert set(MESSAGE_KEYS) <= set(ticket["messages"][0])
    assert set(ticket["history"][0]) >= {"at", "who", "what", "from", "to"}
    assert orjson.loads(orjson.dumps(ticket)) == ticket


async def test_the_verdict_is_the_opening_messages_with_words_and_rules(filed):
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))
    assert ticket["verdict"]["ruleset"] == "abc123"
    assert ticket["verdict"]["fields"]["department"] == {
        "value": "financeiro",
        "rule": "boleto",
        "matched": [{"where": "text", "words": ["boleto"]}],
    }


async def test_there_is_no_such_ticket(filed):
    assert await filed.read(lambda connection: queries.ticket(connection, 99)) is None


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ((None, None, None, 10), [3, 2, 1]),
        ((None, None, None, 2), [3, 2]),
        (("comercial", None, None, 10), [2]),
        ((None, "Média", None, 10), [3, 1]),
        (("financeiro", "Média", "new", 10), [3, 1]),
        ((None, None, "solved", 10), []),
        (("' OR 1=1 --", None, None, 10), []),
    ],
)
async def test_lists_are_newest_first_and_filtered(filed, filters, numbers):
    listed = await filed.read(lambda connection: queries.list_tickets(connection, *filters))
    assert [ticket["number"] for ticket in listed] == numbers
    assert all(ticket["contact"]["name"] == "Ana" for ticket in listed)


async def test_the_export_is_every_ticket_in_full(filed, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    exported = await filed.read(lambda connection: list(queries.export(connection, None)))
    shown = [await filed.read(lambda connection, n=n: queries.ticket(connection, n)) for n in (1, 2, 3)]
    assert exported == shown


@pytest.mark.parametrize(("later", "count"), [(timedelta(0), 3), (timedelta(seconds=1), 0)])
async def test_the_export_starts_where_it_is_asked_to(filed, later, count):
    exported = await filed.read(lambda connection: list(queries.export(connection, RECEIVED + later)))
    assert len(exported) == count


async def test_counts_are_by_state_and_department(filed):
    assert await filed.read(queries.counts) == {(State.NEW, "comercial"): 1, (State.NEW, "financeiro"): 2}
