"""Contacts: who wrote, as far as the channel knows. One address of one realm belongs to one contact.

    sender ─▶ contact of his address ─▶ contact of an address that the channel vouches for ─▶ a new one

Addresses meet in one contact only on proof, for a phone number can be forged and a mail address too: a channel
vouches for both, or a person says so (store/merging.py). If each has a contact already, they are merged, unless a
person took them apart before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, bindparam, select, update

from domain.interaction import Interaction
from domain.mailbox import fold_address
from domain.ticket import TAKES_PART_BY, Filing
from store.bulk import Bulk, chunks
from store.codec import storable
from store.merging import merge, stay_apart
from store.moments import to_micros
from store.numbers import allocate
from store.rows import VERIFIED_PHONE, WHO, realm_of, sender_of
from store.schema import contact_addresses, contacts

Address = tuple[str, str]
"""(realm, folded address)"""

_VERIFIED = {"phone": VERIFIED_PHONE}
_INSERT_CONTACT = Bulk.insert(contacts, "id", "name", "created_at")
_INSERT_ADDRESS = Bulk.insert(contact_addresses, "realm", "address", "contact", "vouched_by")
_NAME = Bulk(
    lambda _: (
        update(contacts)
        .values(name=bindparam("called"))
        .where(contacts.c.id == bindparam("who"), contacts.c.name.is_(None))
    ),
    ("called", "who"),
)


@dataclass(slots=True)
class _Sender:
    """What a batch says of one sender; `vouched` maps his further addresses to the channel that vouches."""

    name: str | None = None
    vouched: dict[Address, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Book:
    """Addresses and their contacts; new contacts have provisional numbers below zero. `met`: pairs, and where."""

    contacts: dict[Address, int]
    new: int = 0
    met: dict[tuple[int, int], Address] = field(default_factory=dict)

    def enter(self, sender: Address, vouched: Sequence[Address]) -> None:
        known = [self.contacts[address] for address in (sender, *vouched) if address in self.contacts]
        contact = known[0] if known else self._fresh()
        for address in (sender, *vouched):
            other = self.contacts.setdefault(address, contact)
            if other != contact:
                contact = self._meet(contact, other, address)

    def _fresh(self) -> int:
        self.new += 1
        return -self.new

    def _meet(self, one: int, other: int, where: Address) -> int:
        """Two contacts prove to be one: a new one is the other by another name, old ones are to be merged."""
        if one > 0 and other > 0:
            self.met.setdefault((min(one, other), max(one, other)), where)
            return one
        stays, goes = max(one, other), min(one, other)
        self.contacts = {address: stays if who == goes else who for address, who in self.contacts.items()}
        return stays


def contacts_of(connection: Connection, filings: Sequence[Filing], now: datetime) -> dict[Address, int]:
    """The contact of every sender that is believed (not of held messages and notes), made where there is none yet."""
    senders = _senders(filings)
    wanted = {address for sender, said in senders.items() for address in (sender, *said.vouched)}
    known = _known(connection, sorted(wanted))
    book = _Book({address: contact for address, (contact, _) in known.items()})
    for address in sorted(senders):
        book.enter(address, tuple(senders[address].vouched))
    numbers = _write(connection, book, senders, known, to_micros(now))
    people = {address: numbers.get(contact, contact) for address, contact in book.contacts.items()}
    nameless = [address for address, (_, name) in known.items() if name is None and _name(senders, address)]
    _NAME.run(connection, [(_name(senders, address), people[address]) for address in sorted(nameless)])
    for (kept, merged), where in sorted(book.met.items()):
        people = _bring_together(connection, people, (kept, merged), where, now)
    return people


def _senders(filings: Sequence[Filing]) -> dict[Address, _Sender]:
    senders: dict[Address, _Sender] = {}
    for filing in filings:
        said = filing.interaction
        address = realm_of(said), sender_of(said)
        if address[1] and filing.placement.road in TAKES_PART_BY:
            known = senders.setdefault(address, _Sender())
            known.name = known.name or said.sender.name
            if said.vouched:
                known.vouched.update(dict.fromkeys(_vouched(said), said.channel))
    return senders


def _vouched(said: Interaction) -> Iterator[Address]:
    own = realm_of(said), sender_of(said)
    for realm, address in said.vouched:
        folded = _VERIFIED.get(realm, realm), fold_address(storable(address))
        if folded[1] and folded != own:
            yield folded


def _write(
    connection: Connection,
    book: _Book,
    senders: dict[Address, _Sender],
    known: dict[Address, tuple[int, str | None]],
    at: int,
) -> dict[int, int]:
    """New contacts and addresses. Returns the real numbers of provisional ones."""
    fresh = [address for address in sorted(book.contacts) if address not in known]
    provisional = sorted({contact for contact in book.contacts.values() if contact < 0}, reverse=True)
    numbers = dict(zip(provisional, allocate(connection, "contact_ids", len(provisional)), strict=True))
    names: dict[int, str | None] = {}
    for address in fresh:
        contact = book.contacts[address]
        names[contact] = names.get(contact) or _name(senders, address)
    _INSERT_CONTACT.run(connection, [(number, names[contact], at) for contact, number in numbers.items()])
    vouchers = {address: channel for said in senders.values() for address, channel in said.vouched.items()}
    _INSERT_ADDRESS.run(
        connection,
        [
            (*address, numbers.get(book.contacts[address], book.contacts[address]), vouchers.get(address))
            for address in fresh
        ],
    )
    return numbers


def _bring_together(
    connection: Connection, people: dict[Address, int], pair: tuple[int, int], where: Address, now: datetime
) -> dict[Address, int]:
    """`people` after merging the contacts of `pair`, which may have been merged with others just now."""
    kept, merged = pair
    if kept == merged or stay_apart(connection, kept, merged):
        return people
    done = merge(connection, kept, merged, who=WHO, reason=f"same verified address {where[1]}", now=now)
    return people if done is None else {address: done if one == merged else one for address, one in people.items()}


def _name(senders: dict[Address, _Sender], address: Address) -> str | None:
    name = senders[address].name if address in senders else None
    return storable(name) if name else None


def _known(connection: Connection, addresses: Sequence[Address]) -> dict[Address, tuple[int, str | None]]:
    """Shared locks (PostgreSQL): nobody merges a contact away while a ticket of his is being filed."""
    found: dict[Address, tuple[int, str | None]] = {}
    table = contact_addresses
    query = select(table.c.address, contacts.c.id, contacts.c.name).join_from(table, contacts)
    query = query.order_by(table.c.address).with_for_update(read=True, of=table)
    for realm, group in groupby(addresses, key=lambda address: address[0]):
        for chunk in chunks([address for _, address in group]):
            rows = connection.execute(query.where(table.c.realm == realm, table.c.address.in_(chunk)))
            found.update(((realm, row[0]), (row[1], row[2])) for row in rows)
    return found
