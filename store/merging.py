"""Two contacts that are one person, and what takes them apart again. Units of work over a connection.

    merge   addresses and tickets of the one move to the other; what moved is written down
    undo    they move back, and with them the tickets that these addresses opened since
    split   addresses, with their tickets, become a contact of their own

Messages belong to tickets and never move. Who was taken apart by a person is not brought together by proof again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, and_, insert, or_, select, update

from domain.interaction import Medium
from domain.mailbox import fold_address
from store.bulk import chunks
from store.codec import dumps
from store.moments import to_micros
from store.numbers import allocate
from store.rows import INSERT_HISTORY, realm_in
from store.schema import contact_addresses, contact_merges, contacts, messages, tickets

Address = tuple[str, str]
"""(realm, folded address)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge as written down."""

    id: int
    kept: int
    merged: int
    addresses: tuple[Address, ...]
    tickets: tuple[int, ...]
    gave_name: bool


def current(connection: Connection, contact: int) -> int | None:
    """The contact that `contact` is part of now; None when there is no such contact."""
    seen: int | None = None
    following: int | None = contact
    while following is not None:
        row = connection.execute(select(contacts.c.merged_into).where(contacts.c.id == following)).one_or_none()
        if row is None:
            return None
        seen, following = following, row.merged_into
    return seen


def merge(connection: Connection, kept: int, merged: int, *, who: str, reason: str | None, now: datetime) -> int | None:
    """`merged` becomes part of `kept`, which is returned; None when one of them is gone or part of another."""
    names = _locked(connection, kept, merged)
    if len(names) < 2:
        return None
    moved = _move_addresses(connection, merged, kept)
    followed = _move_tickets(connection, merged, kept)
    gave_name = names[kept] is None and names[merged] is not None
    if gave_name:
        connection.execute(update(contacts).where(contacts.c.id == kept).values(name=names[merged]))
    connection.execute(update(contacts).where(contacts.c.id == merged).values(merged_into=kept))
    row = insert(contact_merges).values(
        kept=kept, merged=merged, at=now, who=who, reason=reason, addresses=dumps([list(one) for one in moved]),
        tickets=dumps(followed), gave_name=gave_name,
    )  # fmt: skip
    number: int = connection.execute(row.returning(contact_merges.c.id)).scalar_one()
    _tell(connection, followed, (merged, kept), (who, reason or f"merge {number}"), now)
    return kept


def last_merge(connection: Connection, kept: int) -> Merge | None:
    """The latest merge into `kept` that stands."""
    query = select(contact_merges).where(contact_merges.c.kept == kept, contact_merges.c.undone_at.is_(None))
    row = connection.execute(query.order_by(contact_merges.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return Merge(
        id=row.id,
        kept=row.kept,
        merged=row.merged,
        addresses=tuple((realm, address) for realm, address in orjson.loads(row.addresses)),
        tickets=tuple(orjson.loads(row.tickets)),
        gave_name=row.gave_name,
    )


def undo(connection: Connection, done: Merge, *, who: str, now: datetime) -> tuple[int, ...]:
    """Take the two apart. Returns the tickets that went back; what has left meanwhile stays where it is."""
    origin = current(connection, done.kept) or done.kept
    _locked(connection, origin)
    back = _move_addresses(connection, origin, done.merged, done.addresses)
    wanted = {*done.tickets, *_opened_from(connection, origin, back)}
    followed = _move_tickets(connection, origin, done.merged, sorted(wanted))
    if done.gave_name:
        given = select(contacts.c.name).where(contacts.c.id == done.merged).scalar_subquery()
        connection.execute(
            update(contacts).where(contacts.c.id == done.kept, contacts.c.name == given).values(name=None)
        )
    connection.execute(update(contacts).where(contacts.c.id == done.merged).values(merged_into=None))
    connection.execute(
        update(contact_merges).where(contact_merges.c.id == done.id).values(undone_at=now, undone_by=who)
    )
    _tell(connection, followed, (origin, done.merged), (who, f"merge {done.id} undone"), now)
    return tuple(followed)


def split(
    connection: Connection, contact: int, addresses: Sequence[Address], *, who: str, now: datetime
) -> tuple[int, tuple[int, ...]]:
    """`addresses` of `contact` become a contact of their own; its number, and the tickets that follow."""
    _locked(connection, contact)
    (new,) = allocate(connection, "contact_ids", 1)
    connection.execute(insert(contacts).values(id=new, name=None, created_at=now))
    moved = _move_addresses(connection, contact, new, addresses)
    followed = _move_tickets(connection, contact, new, sorted(_opened_from(connection, contact, moved)))
    connection.execute(
        insert(contact_merges).values(
            kept=contact, merged=new, at=now, who=who, reason="split", addresses=dumps([list(one) for one in moved]),
            tickets=dumps(followed), gave_name=False, undone_at=now, undone_by=who,
        )
    )  # fmt: skip
    _tell(connection, followed, (contact, new), (who, "split"), now)
    return new, tuple(followed)


def stay_apart(connection: Connection, one: int, other: int) -> bool:
    """Whether a person has taken these two, or any that are part of them, apart."""
    mine, theirs = _family(connection, one), _family(connection, other)
    kept, merged = contact_merges.c.kept, contact_merges.c.merged
    between = or_(and_(kept.in_(mine), merged.in_(theirs)), and_(kept.in_(theirs), merged.in_(mine)))
    query = select(contact_merges.c.id).where(between, contact_merges.c.undone_at.is_not(None)).limit(1)
    return connection.execute(query).one_or_none() is not None


def _family(connection: Connection, contact: int) -> list[int]:
    family, generation = [contact], [contact]
    while generation:
        query = select(contact_merges.c.merged).where(
            contact_merges.c.kept.in_(generation), contact_merges.c.undone_at.is_(None)
        )
        generation = list(connection.execute(query).scalars())
        family += generation
    return family


def _locked(connection: Connection, *wanted: int) -> dict[int, str | None]:
    """The names of those contacts that are nobody's part.

    Locked in the order in which filing does it (PostgreSQL): addresses, then contacts; a ticket that refers to one of
    them meanwhile (KEY SHARE) needs not wait.
    """
    table = contact_addresses
    held = select(table.c.address).where(table.c.contact.in_(wanted)).order_by(table.c.realm, table.c.address)
    connection.execute(held.with_for_update()).all()
    query = select(contacts.c.id, contacts.c.name).where(contacts.c.id.in_(wanted), contacts.c.merged_into.is_(None))
    query = query.order_by(contacts.c.id).with_for_update(key_share=True)
    return {row.id: row.name for row in connection.execute(query)}


def _move_addresses(
    connection: Connection, origin: int, target: int, only: Sequence[Address] | None = None
) -> list[Address]:
    held = select(contact_addresses.c.realm, contact_addresses.c.address).where(contact_addresses.c.contact == origin)
    found: list[Address] = [(row.realm, row.address) for row in connection.execute(held)]
    moved = sorted(one for one in found if only is None or one in set(only))
    for realm, address in moved:
        where = and_(contact_addresses.c.realm == realm, contact_addresses.c.address == address)
        connection.execute(update(contact_addresses).where(where).values(contact=target))
    return moved


def _move_tickets(connection: Connection, origin: int, target: int, only: Sequence[int] | None = None) -> list[int]:
    held = list(connection.execute(select(tickets.c.number).where(tickets.c.contact == origin)).scalars())
    moved = sorted(set(held) if only is None else set(held) & set(only))
    for chunk in chunks(moved):
        connection.execute(update(tickets).where(tickets.c.number.in_(chunk)).values(contact=target))
    return moved


def _opened_from(connection: Connection, contact: int, addresses: Sequence[Address]) -> set[int]:
    """Tickets of `contact` whose first message came from one of `addresses`."""
    query = select(tickets.c.number, messages.c.channel, messages.c.medium, messages.c.sender)
    query = query.join(messages, messages.c.id == tickets.c.opened_by).where(tickets.c.contact == contact)
    wanted = set(addresses)
    return {
        row.number
        for row in connection.execute(query)
        if (realm_in(Medium(row.medium), row.channel), fold_address(row.sender)) in wanted
    }


def _tell(
    connection: Connection, followed: Sequence[int], way: tuple[int, int], cause: tuple[str, str], now: datetime
) -> None:
    """Into the history of each ticket: `way` from one contact to the other, `cause` who and why."""
    origin, target = map(str, way)
    who, reason = cause
    at = to_micros(now)
    INSERT_HISTORY.run(connection, [(number, at, who, "contact", origin, target, reason) for number in followed])
