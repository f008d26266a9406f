"""What was finished long ago is forgotten by age, kind by kind; everything else is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from config.settings import load
from domain.errors import ConfigError
from domain.interaction import Attachment
from store import desk, forgetting, queries
from store.schema_base import metadata
from store.table_copy import row_counts
from tests.samples import NOON
from tests.store.filings import RECEIVED, acknowledgement, chat, filing, said

AFTER = RECEIVED + timedelta(days=400)
BOLETO = Attachment(name="boleto.pdf", content_type="application/pdf", content=b"%PDF-1.7 boleto")


@pytest.fixture
async def database(open_database):
    """Tickets 1 (solved, with a file), 2 (open, with the same file) and 3 (a closed chat)."""
    opened = await open_database("desk")
    filings = [
        filing(1, said("m1", attachments=(BOLETO,)), answer=acknowledgement(1)),
        filing(2, said("m2", attachments=(BOLETO,))),
        filing(3, chat("c3")),
    ]

    def unit(connection):
        desk.allocate_numbers(connection, 3)
        desk.file(connection, filings, NOON, "2026-11-22T12")
        for number, state in ((1, "solved"), (3, "closed")):
            connection.execute(text(f"UPDATE tickets SET state = '{state}' WHERE number = {number}"))

    await opened.write(unit)
    return opened


async def number_of(database, query):
    return await database.read(lambda connection: connection.execute(text(query)).scalar())


async def test_finished_tickets_go_with_all_that_hangs_on_them(database):
    before = await database.read(lambda connection: row_counts(connection, metadata))
    assert await database.write(lambda connection: forgetting.forget_tickets(connection, AFTER, AFTER)) == 2
    assert await database.write(lambda connection: forgetting.forget_tickets(connection, AFTER, AFTER)) == 0

    left = await database.read(lambda connection: row_counts(connection, metadata))
    assert before["tickets"] == 3
    names = ("tickets", "messages", "attachments", "outbox", "conversations", "contacts", "forgetting")
    assert {name: left[name] for name in names} == {
        "tickets": 1, "messages": 1, "attachments": 1, "outbox": 0, "conversations": 0, "contacts": 1, "forgetting": 0,
    }  # fmt: skip
    assert await number_of(database, "SELECT count(*) FROM history WHERE ticket <> 2") == 0
    ticket = await database.read(lambda connection: queries.ticket(connection, 2))
    assert ticket["messages"][0]["text"] == "O boleto não abre."
    assert await number_of(database, "SELECT count(*) FROM condemned_contents") == 0  # ticket 2 names it, too


async def test_marks_of_addresses_go_with_their_people_and_stay_while_they_are_young(database):
    """ana@exemplo.com still has a ticket; who@gone.example has none; a bounce of these days is a safeguard."""
    old, young = (int(at.timestamp() * 1_000_000) for at in (RECEIVED, AFTER))
    failing = [("ana@exemplo.com", old), ("who@gone.example", old), ("new@gone.example", young)]
    moves = [("ana@exemplo.com", "x", old), ("1", "2", old), ("3", "ANA@exemplo.com", old), ("4", "5", young)]

    def unit(connection):
        for address, at in failing:
            connection.execute(text(f"INSERT INTO failing_addresses VALUES ('{address}', {at}, {at}, 1, '5.1.1', 'x')"))
        for one, other, at in moves:
            connection.execute(text(f"INSERT INTO address_changes VALUES ('chat', '{one}', '{other}', {at})"))

    await database.write(unit)
    middle = RECEIVED + timedelta(days=5)
    assert await database.write(lambda connection: forgetting.forget_marks(connection, middle, AFTER)) == 2
    assert await database.write(lambda connection: forgetting.forget_marks(connection, middle, AFTER)) == 0

    async def left(query):
        return set(await database.read(lambda connection: connection.execute(text(query)).scalars().all()))

    assert await left("SELECT address FROM failing_addresses") == {"ana@exemplo.com", "new@gone.example"}
    assert await left("SELECT old_way FROM address_changes") == {"ana@exemplo.com", "3", "4"}


async def test_what_is_young_or_open_or_spoken_of_since_stays(database):
    assert await database.write(lambda connection: forgetting.forget_tickets(connection, RECEIVED, AFTER)) == 0
    later = int((RECEIVED + timedelta(days=10)).timestamp() * 1_000_000)
    await database.write(lambda connection: connection.execute(text(f"UPDATE messages SET received_at = {later}")))
    middle = RECEIVED + timedelta(days=5)
    assert await database.write(lambda connection: forgetting.forget_tickets(connection, middle, AFTER)) == 0


async def test_files_of_finished_tickets_go_and_the_history_says_so(database):
    assert await database.write(lambda connection: forgetting.forget_attachments(connection, AFTER, AFTER)) == 1
    assert await database.write(lambda connection: forgetting.forget_attachments(connection, AFTER, AFTER)) == 0

    assert await number_of(database, "SELECT count(*) FROM attachments") == 1
    ticket = await database.read(lambda connection: queries.ticket(connection, 1))
    assert ticket["messages"][0]["attachments"] == []
    assert ticket["history"][-1]["what"] == "forgotten"
    assert ticket["history"][-1]["to"] == "1 attachments"


async def test_facts_go_and_texts_and_verdicts_stay(database):
    last = await database.write(lambda connection: forgetting.forget_facts(connection, AFTER, 0))
    assert last is not None
    assert await database.write(lambda connection: forgetting.forget_facts(connection, AFTER, last)) is None
    assert await number_of(database, "SELECT count(*) FROM messages WHERE facts IS NOT NULL") == 0
    assert await number_of(database, "SELECT count(*) FROM messages WHERE verdict IS NULL OR text = ''") == 0


async def test_young_facts_stay(database):
    assert await database.write(lambda connection: forgetting.forget_facts(connection, RECEIVED, 0)) is None


@pytest.mark.parametrize(("block", "good"), [
    ("{tickets: 365d}", False), ("{tickets: 365d, raw: 400d}", False), ("{tickets: 365d, raw: 180d}", True),
    ("{raw: 180d, facts: 90d, attachments: 2d}", True), ("{tickets: logo}", False), ("{events: 3d}", False),
])  # fmt: skip
def test_what_may_be_written(tmp_path, block, good):
    path = tmp_path / "balcao.yaml"
    path.write_text(f"version: 1\nretention: {block}\n", encoding="utf-8")
    if good:
        load(path)
    else:
        with pytest.raises(ConfigError) as told:
            load(path)
        assert told.value.mistakes[0].position.line == 2
