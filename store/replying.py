"""Agents' replies: what they answer, and how they are written down. Units of work over a connection."""

from datetime import datetime

import orjson
from sqlalchemy import Connection, select, update

from domain.interaction import Automated, Medium
from domain.mailbox import destination_of
from domain.outgoing import WORDS_ALONE, Delivery, SendState
from domain.reply import Answered, Reply
from domain.ticket import Road, State
from store.afterwards import way_now
from store.bell import DESK, ring_with
from store.bulk import Bulk
from store.codec import dumps, maybe_storable, storable
from store.moments import to_micros
from store.naming import name_contents
from store.numbers import allocate
from store.rows import Row, attachment_rows_of
from store.schema import history, messages, outbox, tickets

_INSERT_MESSAGE = Bulk.insert(messages)
_LATER = {"id", "claimed_by"}
_INSERT_OUTGOING = Bulk.insert(outbox, *(column.name for column in outbox.columns if column.name not in _LATER))
_INSERT_HISTORY = Bulk.insert(history, "ticket", "at", "who", "what", "from", "to", "reason")


def answered(connection: Connection, ticket: int) -> Answered | None:
    """The last message of a person on `ticket` that was not held; None if there is none."""
    by_customer = (
        select(messages)
        .where(messages.c.ticket == ticket, messages.c.direction == "in")
        .where(messages.c.road != Road.HELD.value, messages.c.automated == Automated.NONE.value)
        .order_by(messages.c.id.desc())
        .limit(1)
    )
    row = connection.execute(by_customer).one_or_none()
    if row is None:
        return None
    header = orjson.loads(row.header)
    ways = tuple(header.get("reply_to", ()))
    return Answered(
        ticket=ticket,
        channel=row.channel,
        medium=Medium(row.medium),
        sender=row.sender,
        reply_to=tuple(way_now(connection, row.channel, way, row.occurred_at) for way in ways),
        subject=row.subject,
        message_id=row.message_id,
        references=tuple(header.get("references", ())),
        provider_id=row.provider_id,
    )


def state_of(connection: Connection, ticket: int) -> State | None:
    found = connection.execute(
        select(tickets.c.state).where(tickets.c.number == ticket).with_for_update()
    ).scalar_one_or_none()
    return State(found) if found is not None else None


def next_number(connection: Connection) -> int:
    return allocate(connection, "message_ids", 1)[0]


def record(connection: Connection, reply: Reply, state: State, who: str, now: datetime, *, apart: bool = False) -> None:
    """Message, files, outbox, history; the ticket now waits for its customer. `apart`: see domain.outgoing.Carriage."""
    at = to_micros(now)
    text = storable(reply.text)
    _INSERT_MESSAGE.run(connection, [(
        reply.number, reply.ticket, f"out:{reply.number}", "out", reply.channel, reply.medium.value, Road.JOINS.value,
        True, reply.sender or "", reply.sender_name, storable(reply.subject), text, None, storable(reply.html),
        dumps({"recipients": [reply.to], "references": list(reply.references)}), reply.message_id, None,
        Automated.NONE.value, None, reply.envelope_sender, None, at, at, None, None,
    )])  # fmt: skip
    name_contents(connection, attachment_rows_of(reply.attachments, reply.number))
    parts = range(WORDS_ALONE, len(reply.attachments) + 1) if apart and reply.attachments else (None,)
    _INSERT_OUTGOING.run(connection, [_outgoing(reply, part, at) for part in parts])
    ring_with(connection, DESK)
    events: list[Row] = [(reply.ticket, at, who, "replied", None, storable(reply.to), f"message {reply.number}")]
    if state is not State.WAITING:
        connection.execute(
            update(tickets).where(tickets.c.number == reply.ticket).values(state=State.WAITING.value, solved_at=None)
        )
        events.append((reply.ticket, at, who, "state", state.value, State.WAITING.value, None))
    _INSERT_HISTORY.run(connection, events)


def _outgoing(reply: Reply, part: int | None, at: int) -> Row:
    """A file that goes alone has a key of its own, and no words."""
    alone = bool(part)
    return (
        reply.ticket, reply.channel, storable(reply.to), storable(reply.subject),
        "" if alone else storable(reply.text), None if alone else storable(reply.html), reply.language, False,
        f"{reply.idempotency_key}/{part}" if alone else reply.idempotency_key, reply.message_id,
        None if alone else maybe_storable(reply.in_reply_to), dumps(list(reply.references)), reply.sender,
        reply.reply_to, None, Delivery.AT_LEAST_ONCE.value, SendState.PENDING.value, None, 0, at, at, None, None,
        reply.number, reply.envelope_sender, destination_of(reply.to), part,
    )  # fmt: skip
