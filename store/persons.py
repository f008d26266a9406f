"""Who a person is to the ticket store, and which tickets speak of him. Units of work over a connection."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from domain.interaction import Medium
from domain.person import MAIL, Address, Person
from store import merging
from store.rows import realm_in
from store.schema import contact_addresses, contact_merges, contacts, messages, outbox, tickets

TEXTS = (messages.c.subject, messages.c.text, messages.c.text_full, messages.c.html, messages.c.header)


def person_of(connection: Connection, contact: int) -> Person | None:
    """The contact with all that was ever merged into it; None when there is none."""
    now = merging.current(connection, contact)
    if now is None:
        return None
    family = _family(connection, now)
    held = select(contact_addresses.c.realm, contact_addresses.c.address).where(contact_addresses.c.contact.in_(family))
    addresses = {Address(row.realm, row.address) for row in connection.execute(held)}
    known = select(contacts.c.name).where(contacts.c.id.in_(family), contacts.c.name.is_not(None))
    names = set(connection.execute(known).scalars()) | _called(connection, addresses)
    return Person(contacts=tuple(family), addresses=frozenset(addresses), names=frozenset(names))


def person_at(connection: Connection, addresses: Iterable[Address]) -> Person:
    """Somebody who wrote and is nobody's contact, such as the sender of what is held as unverified."""
    found = frozenset(addresses)
    return Person(contacts=(), addresses=found, names=frozenset(_called(connection, found)))


def tickets_about(connection: Connection, person: Person, after: int, limit: int) -> list[int]:
    """Numbers, ascending, of tickets that he opened, wrote on, was written to on, or is named on."""
    about = _wrote_on(person) + _named_on(person)
    wanted = select(messages.c.ticket).where(or_(*about))
    sent = [one.address for one in person.addresses]
    reached = select(outbox.c.ticket).where(func.lower(outbox.c.recipient).in_(sent))
    own = tickets.c.contact.in_(person.contacts)
    query = select(tickets.c.number).where(tickets.c.number > after)
    query = query.where(or_(own, tickets.c.number.in_(wanted), tickets.c.number.in_(reached)))
    return list(connection.execute(query.order_by(tickets.c.number).limit(limit)).scalars())


def is_from(person: Person, row: Any) -> bool:
    """Whether the message of this row (of `messages`) claims to be his: believed or not, it tells of him."""
    realm = realm_in(Medium(row.medium), row.channel)
    return person.owns(realm, row.sender) or person.owns(MAIL, row.envelope_sender)


def _wrote_on(person: Person) -> list[ColumnElement[bool]]:
    """By the index of nothing: senders are found by reading all messages once."""
    senders = sorted(one.address for one in person.addresses)
    return [func.lower(column).in_(senders) for column in (messages.c.sender, messages.c.envelope_sender)]


def _named_on(person: Person) -> list[ColumnElement[bool]]:
    """More than it should find is no harm: who looks closer decides."""
    written = sorted(one.address for one in person.addresses if one.realm == MAIL)
    called = sorted({name for one in person.full_names for name in (one, one.lower(), one.upper())})
    return [
        *(column.icontains(address, autoescape=True) for column in TEXTS for address in written),
        *(column.ilike(_spaced(name), escape="/") for column in TEXTS for name in called),
        *(column.contains(ending) for column in TEXTS for ending in sorted(person.endings)),
    ]


def _spaced(name: str) -> str:
    """Its words, whatever stands between them."""
    escaped = [re.sub(r"([/%_])", r"/\1", word) for word in name.split()]
    return f"%{'%'.join(escaped)}%"


def _called(connection: Connection, addresses: Iterable[Address]) -> set[str]:
    """How he called himself, wherever he wrote."""
    wanted = sorted(one.address for one in addresses)
    query = select(messages.c.sender_name).where(func.lower(messages.c.sender).in_(wanted)).distinct()
    return {name for name in connection.execute(query).scalars() if name}


def _family(connection: Connection, contact: int) -> Sequence[int]:
    """`contact` and all that is part of it now."""
    family, generation = [contact], [contact]
    while generation:
        query = select(contacts.c.id).where(contacts.c.merged_into.in_(generation))
        generation = [one for one in connection.execute(query).scalars() if one not in family]
        family += generation
    return sorted(family)


def merges_of(person: Person) -> ColumnElement[bool]:
    return or_(contact_merges.c.kept.in_(person.contacts), contact_merges.c.merged.in_(person.contacts))
