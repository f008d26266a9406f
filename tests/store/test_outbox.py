"""The outbox: claimed before sending, finished once, decided about after a crash."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from domain.outgoing import Delivery, SendState
from store import desk as units
from store import outbox, queries, schema
from tests.store.filings import NOW, PERIOD, acknowledgement, filing, said, silence

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def filed(desk):
    """Two acknowledgements to send and one silence."""
    filings = [
        filing(1, said("a"), answer=acknowledgement(1)),
        filing(2, said("b"), answer=acknowledgement(2, html="<p>", sender="suporte@x", reply_to="suporte+t@x")),
        filing(3, said("c"), answer=silence("mail_loop")),
    ]
    await desk.write(lambda connection: units.file(connection, filings, NOW, PERIOD))
    return desk


def claim(database, limit=10, now=NOW):
    return database.write(lambda connection: outbox.claim(connection, limit, now, busy={}, per_destination=limit))


def states(database):
    query = select(schema.outbox.c.ticket, schema.outbox.c.state).order_by(schema.outbox.c.id)
    return database.read(lambda connection: [tuple(row) for row in connection.execute(query)])


async def test_a_claimed_message_is_as_it_was_planned(filed):
    [first, second] = await claim(filed)
    assert (first.ticket, first.to, first.subject) == (1, "ana@exemplo.com", "[#1] Recebemos")
    assert (first.automatic, first.attempts, first.created_at) == (True, 1, NOW)
    assert first.references == ("<a@x>", "<b@x>")
    assert (second.html, second.sender, second.reply_to) == ("<p>", "suporte@x", "suporte+t@x")


async def test_claiming_marks_before_sending(filed):
    await claim(filed, 1)
    assert await states(filed) == [(1, "sending"), (2, "pending"), (3, "silent")]
    assert [message.ticket for message in await claim(filed)] == [2]
    assert await claim(filed) == []


async def test_two_dispatchers_claim_different_messages(filed):
    """What one only looks at is passed over by the others, and taken the next time."""
    claims = [*await asyncio.gather(*(claim(filed, 1) for _ in range(3))), await claim(filed)]
    assert sorted(message.ticket for claimed in claims for message in claimed) == [1, 2]


async def test_what_was_sent_is_not_sent_again(filed):
    [message] = await claim(filed, 1)
    await filed.write(lambda connection: outbox.finish(connection, [outbox.sent(message.outbox_id, "250 ok", LATER)]))
    assert [one.ticket for one in await claim(filed)] == [2]
    row = await filed.read(lambda c: c.execute(select(schema.outbox).where(schema.outbox.c.ticket == 1)).one())
    assert (row.state, row.remote_id, row.finished_at) == ("sent", "250 ok", LATER)


async def test_what_was_deferred_comes_again_when_it_is_due(filed):
    [message] = await claim(filed, 1)
    await filed.write(
        lambda connection: outbox.finish(connection, [outbox.deferred(message.outbox_id, "451 later", LATER)])
    )
    assert [one.ticket for one in await claim(filed)] == [2]
    [again] = await claim(filed, now=LATER)
    assert (again.ticket, again.attempts) == (1, 2)


async def test_what_failed_is_shown_with_its_reason(filed):
    [message] = await claim(filed, 1)
    await filed.write(
        lambda connection: outbox.finish(connection, [outbox.failed(message.outbox_id, "550 no such user", LATER)])
    )
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))
    assert ticket["acknowledgements"] == [
        {"channel": "suporte", "to": "ana@exemplo.com", "state": "failed", "reason": "550 no such user"}
    ]


async def test_silence_is_shown_with_its_reason(filed):
    ticket = await filed.read(lambda connection: queries.ticket(connection, 3))
    assert ticket["acknowledgements"] == [{"channel": "suporte", "to": None, "state": "silent", "reason": "mail_loop"}]


async def test_after_a_crash_automatic_messages_are_not_repeated_and_an_agents_are(filed):
    agents = update(schema.outbox).where(schema.outbox.c.ticket == 2).values(delivery=Delivery.AT_LEAST_ONCE.value)
    await filed.write(lambda connection: connection.execute(agents))
    await claim(filed)
    assert await filed.write(lambda connection: outbox.recover(connection, LATER)) == 2
    assert await states(filed) == [(1, "failed"), (2, "pending"), (3, "silent")]
    ticket = await filed.read(lambda connection: queries.ticket(connection, 1))
    assert ticket["acknowledgements"][0]["reason"] == "interrupted while sending; not repeated"
    assert [(one.ticket, one.attempts) for one in await claim(filed, now=LATER)] == [(2, 2)]


async def test_a_late_answer_does_not_undo_a_decision(filed):
    [message] = await claim(filed, 1)
    await filed.write(lambda connection: outbox.recover(connection, LATER))
    await filed.write(lambda connection: outbox.finish(connection, [outbox.deferred(message.outbox_id, "late", NOW)]))
    assert (await states(filed))[0] == (1, "failed")


async def test_counts_name_every_state(filed):
    await claim(filed, 1)
    assert await filed.read(outbox.counts) == {
        SendState.PENDING: 1,
        SendState.SENDING: 1,
        SendState.SENT: 0,
        SendState.SILENT: 1,
        SendState.FAILED: 0,
    }
    assert await filed.read(partial(outbox.counts, over=False)) == {
        SendState.PENDING: 1,
        SendState.SENDING: 1,
        SendState.FAILED: 0,
    }
