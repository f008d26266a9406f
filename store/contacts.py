"""Contacts as documents, for people and scripts. Units of work over a connection; all run read-only."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from store.codec import storable
from store.documents import Document, iso
from store.schema import contact_addresses, contact_merges, contacts, tickets


def contact(connection: Connection, number: int) -> Document | None:
    """The document of `balcao contacts show --json`."""
    row = connection.execute(select(contacts).where(contacts.c.id == number)).one_or_none()
    if row is None:
        return None
    merged = or_(contact_merges.c.kept == number, contact_merges.c.merged == number)
    merges = connection.execute(select(contact_merges).where(merged).order_by(contact_merges.c.id))
    return {
        **_summary(row, _addresses(connection, contact_addresses.c.contact == number)),
        "tickets": _tickets(connection, number),
        "merges": [_merge(one) for one in merges],
    }


def list_contacts(connection: Connection, limit: int) -> list[Document]:
    """Newest first, without those that are part of another."""
    alone = select(contacts).where(contacts.c.merged_into.is_(None)).order_by(contacts.c.id.desc()).limit(limit)
    rows = connection.execute(alone).all()
    held: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    for one in _addresses(connection, contact_addresses.c.contact.in_(list(held))):
        held[one.contact].append(one)
    return [_summary(row, held[row.id]) for row in rows]


def owners(connection: Connection, address: str) -> list[int]:
    """The contacts that have `address` (folded), in whatever realm."""
    query = select(contact_addresses.c.contact).where(contact_addresses.c.address == storable(address)).distinct()
    return sorted(connection.execute(query).scalars())


def addresses_of(connection: Connection, number: int) -> list[tuple[str, str]]:
    return [(one.realm, one.address) for one in _addresses(connection, contact_addresses.c.contact == number)]


def _addresses(connection: Connection, which: ColumnElement[bool]) -> list[Row[Any]]:
    order = contact_addresses.c.realm, contact_addresses.c.address
    return list(connection.execute(select(contact_addresses).where(which).order_by(*order)))


def _summary(row: Row[Any], held: list[Row[Any]]) -> Document:
    return {
        "id": row.id,
        "name": row.name,
        "created_at": iso(row.created_at),
        "merged_into": row.merged_into,
        "addresses": [{"realm": one.realm, "address": one.address, "vouched_by": one.vouched_by} for one in held],
    }


def _tickets(connection: Connection, number: int) -> list[Document]:
    shown = (tickets.c.number, tickets.c.state, tickets.c.department, tickets.c.priority, tickets.c.subject,
             tickets.c.opened_at)  # fmt: skip
    rows = connection.execute(select(*shown).where(tickets.c.contact == number).order_by(tickets.c.number))
    return [{**row._mapping, "opened_at": iso(row.opened_at)} for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def _merge(row: Row[Any]) -> Document:
    return {
        "id": row.id,
        "kept": row.kept,
        "merged": row.merged,
        "at": iso(row.at),
        "who": row.who,
        "reason": row.reason,
        "undone_at": iso(row.undone_at),
        "undone_by": row.undone_by,
    }
