"""Who a person is to the ticket store, and which tickets speak of him. Units of work over a connection."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, false, func, or_, select

from domain.interaction import Medium
from domain.person import MAIL, Address, Person
from store import merging
from store.rows import realm_in
from store.schema import attachments, contact_addresses, contact_merges, contacts, messages, outbox, tickets

TEXTS = (messages.c.subject, messages.c.text, messages.c.text_full, messages.c.html, messages.c.header)


def person_of(connection: Connection, contact: int) -> Person | None:
    """The contact with all that was ever merged into it; None when there is none."""
    now = merging.current(connection, contact)
    return None if now is None else _whole(connection, _family(connection, now), ())


def person_at(connection: Connection, addresses: Iterable[Address]) -> Person:
    """Somebody who wrote and is nobody's contact, such as the sender of what is held as unverified."""
    return _whole(connection, (), addresses)


def afresh(connection: Connection, person: Person) -> Person:
    """With contacts that were made of his addresses since, by what came while he was being erased."""
    at = [and_(contact_addresses.c.realm == one.realm, contact_addresses.c.address == one.address)
          for one in person.addresses]  # fmt: skip
    since = connection.execute(select(contact_addresses.c.contact).where(or_(false(), *at))).scalars()
    found = _whole(connection, sorted({*person.contacts, *since}), person.addresses)
    return replace(found, names=found.names | person.names)


def _whole(connection: Connection, family: Sequence[int], addresses: Iterable[Address]) -> Person:
    """With those, too, who are contacts by another plus-tag of the same mailbox."""
    found, addresses = list(family), frozenset(addresses)
    while True:
        held = select(contact_addresses.c.realm, contact_addresses.c.address).where(
            contact_addresses.c.contact.in_(found)
        )
        addresses |= {Address(row.realm, row.address) for row in connection.execute(held)}
        person = Person(contacts=tuple(sorted(found)), addresses=addresses)
        same = select(contact_addresses.c.contact).where(
            contact_addresses.c.realm == MAIL, mailed_by(person, contact_addresses.c.address)
        )
        others = set(connection.execute(same).scalars()) - set(found)
        if not others:
            break
        found += [one for other in sorted(others) for one in _family(connection, other)]
    known = select(contacts.c.name).where(contacts.c.id.in_(found), contacts.c.name.is_not(None))
    names = set(connection.execute(known).scalars()) | _called(connection, person)
    return replace(person, names=frozenset(names))


def addressed(person: Person, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an address of his stands there, whatever its plus-tag and realm."""
    return or_(func.lower(column).in_(sorted(one.address for one in person.addresses)), mailed_by(person, column))


def mailed_by(person: Person, column: ColumnElement[Any]) -> ColumnElement[bool]:
    written = func.lower(column)
    likes = [written.like(f"{local}+%@{domain}", escape="/") for local, domain in _halves(person)]
    return or_(written.in_(sorted(person.mailboxes)), *likes)


def tickets_about(connection: Connection, person: Person, after: int, limit: int) -> list[int]:
    """Numbers, ascending, of tickets that he opened, wrote on, was written to on, or is named on."""
    about = _wrote_on(person) + _named_on(person, TEXTS)
    wanted = select(messages.c.ticket).where(or_(*about))
    files = select(messages.c.ticket).join_from(attachments, messages, attachments.c.message == messages.c.id)
    filed = files.where(or_(false(), *_named_on(person, (attachments.c.name, attachments.c.original_name))))
    reached = select(outbox.c.ticket).where(addressed(person, outbox.c.recipient))
    own = tickets.c.contact.in_(person.contacts)
    query = select(tickets.c.number).where(tickets.c.number > after)
    query = query.where(or_(own, *(tickets.c.number.in_(numbers) for numbers in (wanted, filed, reached))))
    return list(connection.execute(query.order_by(tickets.c.number).limit(limit)).scalars())


def is_from(person: Person, row: Any) -> bool:
    """Whether the message of this row (of `messages`) claims to be his: believed or not, it tells of him."""
    realm = realm_in(Medium(row.medium), row.channel)
    return person.owns(realm, row.sender) or person.owns(MAIL, row.envelope_sender)


def _wrote_on(person: Person) -> list[ColumnElement[bool]]:
    """By the index of nothing: senders are found by reading all messages once."""
    return [addressed(person, column) for column in (messages.c.sender, messages.c.envelope_sender)]


def _named_on(person: Person, columns: Sequence[Column[Any]]) -> list[ColumnElement[bool]]:
    """More than it should find is no harm: who looks closer decides."""
    written = [f"%{local}%@{domain}%" for local, domain in _halves(person)]
    called = sorted({name for one in person.full_names for name in (one, one.lower(), one.upper())})
    likes = [*written, *map(_spaced, called)]
    return [
        *(column.ilike(like, escape="/") for column in columns for like in likes),
        *(column.contains(ending) for column in columns for ending in sorted(person.endings)),
    ]


def _halves(person: Person) -> Iterator[tuple[str, str]]:
    """What stands before and behind the @ of his mailboxes, as LIKE takes it."""
    for mailbox in sorted(person.mailboxes):
        local, _at, domain = mailbox.rpartition("@")
        yield _escaped(local), _escaped(domain)


def _spaced(name: str) -> str:
    """Its words, whatever stands between them."""
    return f"%{'%'.join(map(_escaped, name.split()))}%"


def _escaped(words: str) -> str:
    return re.sub(r"([/%_])", r"/\1", words)


def _called(connection: Connection, person: Person) -> set[str]:
    """How he called himself, wherever he wrote."""
    query = select(messages.c.sender_name).where(addressed(person, messages.c.sender)).distinct()
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
