"""What is kept of a person, as documents to hand over (LGPD, art. 18, II and V). Units of work; all run read-only.

Only what he said, what was said to him and what is known of him: what others wrote on the same tickets is theirs.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from domain.person import Person
from store.contacts import contact
from store.documents import Document, iso
from store.persons import is_from, tickets_about
from store.schema import attachments, failing_addresses, messages, outbox, tickets
from store.schema_calls import calls

PAGE = 50
_OF_A_TICKET = ("number", "state", "department", "priority", "subject")
_OF_A_FILE = ("name", "original_name", "content_type", "size", "sha256")


def about(connection: Connection, person: Person) -> Document:
    """Contacts and marks; tickets come one by one."""
    addresses = sorted(one.address for one in person.addresses)
    marks = select(failing_addresses).where(failing_addresses.c.address.in_(addresses))
    phoned = select(calls).where(calls.c.contact.in_(addresses)).order_by(calls.c.started_at)
    return {
        "addresses": [{"realm": one.realm, "address": one.address}
                      for one in sorted(person.addresses, key=lambda one: (one.realm, one.address))],
        "names": sorted(person.names),
        "contacts": [contact(connection, number) for number in person.contacts],
        "failing": [{"address": row.address, "since": iso(row.since), "reason": row.reason}
                    for row in connection.execute(marks)],
        "calls": [{"channel": row.channel, "id": row.root, "started_at": iso(row.started_at), "missed": row.missed,
                   "ticket": row.ticket} for row in connection.execute(phoned)],
    }  # fmt: skip


def tickets_after(connection: Connection, person: Person, after: int) -> list[Document]:
    """The next tickets that hold something of his; none when there are no more."""
    found: list[Document] = []
    page = partial(tickets_about, connection, person, limit=PAGE)
    while not found and (numbers := page(after=after)):
        found = [one for number in numbers if (one := _ticket(connection, person, number)) is not None]
        after = numbers[-1]
    return found


def _ticket(connection: Connection, person: Person, number: int) -> Document | None:
    row = connection.execute(select(tickets).where(tickets.c.number == number)).one()
    sent = list(_sendings(connection, person, number))
    answers = {one.message for one in sent if one.message is not None}
    rows = connection.execute(select(messages).where(messages.c.ticket == number).order_by(messages.c.id)).all()
    said = [_message(connection, one) for one in rows if is_from(person, one) or one.id in answers]
    letters = [_letter(one) for one in sent if one.message is None]
    own = row.contact in person.contacts
    if not said and not letters and not own:
        return None
    shown = {name: getattr(row, name) for name in _OF_A_TICKET}
    moments = {"opened_at": iso(row.opened_at), "solved_at": iso(row.solved_at)}
    kept_back = len(rows) - len(said)
    return {**shown, **moments, "opened_by_this_person": own, "messages": said, "automatic_letters": letters,
            "messages_of_others": kept_back}  # fmt: skip


def _sendings(connection: Connection, person: Person, number: int) -> Iterator[Row[Any]]:
    for row in connection.execute(select(outbox).where(outbox.c.ticket == number).order_by(outbox.c.id)):
        if person.owns_anywhere(row.recipient):
            yield row


def _message(connection: Connection, row: Row[Any]) -> Document:
    files = select(attachments).where(attachments.c.message == row.id).order_by(attachments.c.position)
    return {
        "id": row.id,
        "direction": row.direction,
        "channel": row.channel,
        "medium": row.medium,
        "sender": {"name": row.sender_name, "address": row.sender},
        "header": orjson.loads(row.header),
        "subject": row.subject,
        "text": row.text_full or row.text,
        "html": row.html,
        "received_at": iso(row.received_at),
        "occurred_at": iso(row.occurred_at),
        "message_id": row.message_id,
        "raw_id": row.raw_id,
        "verdict": orjson.loads(row.verdict) if row.verdict else None,
        "attachments": [{name: getattr(one, name) for name in _OF_A_FILE} for one in connection.execute(files)],
    }


def _letter(row: Row[Any]) -> Document:
    return {"to": row.recipient, "subject": row.subject, "text": row.text, "state": row.state, "reason": row.reason,
            "created_at": iso(row.created_at)}  # fmt: skip
