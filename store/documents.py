"""Tickets as documents, in the shapes of contracts.md; times are ISO 8601 in UTC with a Z.

A page of tickets costs the same few queries as one ticket.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Row, Select, select

from domain.afterwards import Progress
from store import receipts
from store.bounces import failing
from store.bulk import chunks
from store.incident_documents import of_tickets
from store.remote_files import missing
from store.schema import (
    attachments,
    contact_addresses,
    contacts,
    history,
    messages,
    outbox,
    ticket_links,
    ticket_referrals,
)
from store.schema_files import remote_files

Document = dict[str, Any]
Rows = dict[int, list[Row[Any]]]

_SHOWN = tuple(
    messages.c[name]
    for name in (
        "id", "ticket", "direction", "channel", "medium", "sender", "sender_name", "subject", "text", "received_at",
        "occurred_at", "raw_id", "identity", "message_id", "envelope_sender", "verified", "automated", "verdict",
        "facts",
    )
)  # fmt: skip

_OF_A_FILE = ("name", "original_name", "content_type", "sniffed_type", "size", "sha256", "inline")


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def summaries(connection: Connection, rows: Sequence[Row[Any]]) -> list[Document]:
    """What a list of tickets shows."""
    people = _people(connection, [row.contact for row in rows if row.contact is not None])
    incidents = of_tickets(connection, [row.number for row in rows])
    return [{**_summary(row, people.get(row.contact)), "incident": incidents.get(row.number)} for row in rows]


def ticket_documents(connection: Connection, rows: Sequence[Row[Any]]) -> list[Document]:
    """`rows` of the tickets table, in full."""
    numbers = [row.number for row in rows]
    shown = summaries(connection, rows)
    said = _children(connection, select(*_SHOWN).order_by(messages.c.id), messages.c.ticket, numbers)
    ids = [message.id for group in said.values() for message in group]
    here = select(attachments).order_by(attachments.c.message, attachments.c.position)
    files = _children(connection, here, attachments.c.message, ids)
    elsewhere = select(remote_files).order_by(remote_files.c.message, remote_files.c.position)
    absent = _children(connection, elsewhere, remote_files.c.message, ids)
    marks = failing(connection, {address for summary in shown for address in summary["contact"]["addresses"]})
    answers = _children(connection, select(outbox).order_by(outbox.c.id), outbox.c.ticket, numbers)
    events = _children(connection, select(history).order_by(history.c.id), history.c.ticket, numbers)
    seen_by = select(ticket_referrals).order_by(ticket_referrals.c.department)
    referred = _children(connection, seen_by, ticket_referrals.c.ticket, numbers)
    links = _children(connection, select(ticket_links).order_by(ticket_links.c.other), ticket_links.c.ticket, numbers)
    back = _children(connection, select(ticket_links).order_by(ticket_links.c.ticket), ticket_links.c.other, numbers)
    told = receipts.of_outgoing(connection, [one for group in answers.values() for one in group])
    sendings = {(one.message, one.part or 0): one for group in answers.values() for one in group if one.message}
    return [
        {
            **summary,
            "failing": [_failing(marks[one]) for one in summary["contact"]["addresses"] if one in marks],
            "verdict": next((orjson.loads(one.verdict) for one in said[row.number] if one.id == row.opened_by), None),
            "messages": [
                {**_message(one, files[one.id], sendings, told), **_absent(absent[one.id])} for one in said[row.number]
            ],
            "acknowledgements": [_acknowledgement(one, told) for one in answers[row.number] if one.automatic],
            "history": [_event(one) for one in events[row.number]],
            "referrals": [{"department": one.department, "address": one.address} for one in referred[row.number]],
            "links": [*(one.other for one in links[row.number]), *(one.ticket for one in back[row.number])],
        }
        for row, summary in zip(rows, shown, strict=True)
    ]


def _children(connection: Connection, query: Select[Any], parent: Column[int], parents: Sequence[int]) -> Rows:
    found: Rows = defaultdict(list)
    for chunk in chunks(parents):
        for row in connection.execute(query.where(parent.in_(chunk))):
            found[row._mapping[parent]].append(row)  # noqa: SLF001 - SQLAlchemy's public name for it
    return found


def _people(connection: Connection, ids: Sequence[int]) -> dict[int, Document]:
    people: dict[int, Document] = {}
    query = select(contacts.c.id, contacts.c.name, contact_addresses.c.address).join_from(contacts, contact_addresses)
    for chunk in chunks(ids):
        rows = connection.execute(query.where(contacts.c.id.in_(chunk)).order_by(contact_addresses.c.address))
        for contact, name, address in rows:
            known = people.setdefault(contact, {"name": name, "addresses": []})["addresses"]
            if address not in known:  # a number may be known by WhatsApp, and as verified
                known.append(address)
    return people


def _summary(row: Row[Any], contact: Document | None) -> Document:
    return {
        "number": row.number,
        "state": row.state,
        "department": row.department,
        "priority": row.priority,
        "subject": row.subject,
        "contact": contact or {"name": None, "addresses": []},
        "assignee": row.assignee,
        "tags": orjson.loads(row.tags),
        "flagged": row.flagged,
        "opened_at": iso(row.opened_at),
        "solved_at": iso(row.solved_at),
    }


def _message(
    row: Row[Any],
    files: Sequence[Row[Any]],
    sendings: Mapping[tuple[int, int], Row[Any]],
    told: Mapping[receipts.Key, Row[Any]],
) -> Document:
    """`sendings` by message and part; a file that goes apart from the words says itself how far it has come."""
    return {
        "id": row.id,
        "direction": row.direction,
        "channel": row.channel,
        "medium": row.medium,
        "sender": {"name": row.sender_name, "address": row.sender},
        "subject": row.subject,
        "text": row.text,
        "received_at": iso(row.received_at),
        "occurred_at": iso(row.occurred_at),
        "raw_id": row.raw_id,
        "identity": row.identity,
        "message_id": row.message_id,
        "envelope_sender": row.envelope_sender,
        "verified": row.verified,
        "automated": row.automated,
        "traits": orjson.loads(row.facts)["traits"] if row.facts else {},
        "attachments": [
            {
                **{name: file._mapping[name] for name in _OF_A_FILE},  # noqa: SLF001 - as above
                **_sending(sendings.get((row.id, part)), told),
            }
            for part, file in enumerate(files, start=1)
        ],
        **_sending(sendings.get((row.id, 0)), told),
    }


def _absent(rows: Sequence[Row[Any]]) -> Document:
    """What the message came with and is not attached (yet)."""
    absent = missing(rows)
    return {"remote_files": absent} if absent else {}


def _sending(row: Row[Any] | None, told: Mapping[receipts.Key, Row[Any]]) -> Document:
    """How far an agent's words, or a file of theirs, have come."""
    if row is None:
        return {}
    known = {"to": row.recipient, "state": row.state, "reason": row.reason, "attempts": row.attempts}
    return {"sending": {**known, **_delivery(row, told)}}


def _delivery(row: Row[Any], told: Mapping[receipts.Key, Row[Any]]) -> Document:
    """What the provider says became of it; nothing where none says anything."""
    receipt = told.get((row.channel, row.remote_id))
    if receipt is None:
        return {}
    state = Progress(receipt.step).word
    return {"delivery": {"state": state, "at": iso(receipt.at), "code": receipt.code, "reason": receipt.reason or None}}


def _failing(row: Row[Any]) -> Document:
    moments = {"since": iso(row.since), "last": iso(row.last)}
    return {"address": row.address, **moments, "times": row.times, "status": row.status, "reason": row.reason}


def _acknowledgement(row: Row[Any], told: Mapping[receipts.Key, Row[Any]]) -> Document:
    known = {"channel": row.channel, "to": row.recipient, "state": row.state, "reason": row.reason}
    return {**known, **_delivery(row, told)}


def _event(row: Row[Any]) -> Document:
    values = row._mapping  # noqa: SLF001 - as above
    return {"at": iso(row.at), **{name: values[name] for name in ("who", "what", "from", "to", "reason")}}
