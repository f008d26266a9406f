"""Contacts: who wrote, as far as the channel knows. One address of one realm belongs to one contact.

Nothing merges contacts by itself: a phone number can be forged and a mail address too.
"""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection, bindparam, select, update

from domain.ticket import TAKES_PART_BY, Filing
from store.bulk import Bulk, chunks
from store.codec import storable
from store.numbers import allocate
from store.rows import realm_of, sender_of
from store.schema import contact_addresses, contacts

Address = tuple[str, str]
"""(realm, folded address)"""

_INSERT_CONTACT = Bulk.insert(contacts)
_INSERT_ADDRESS = Bulk.insert(contact_addresses)
_NAME = Bulk(
    lambda _: (
        update(contacts)
        .values(name=bindparam("called"))
        .where(contacts.c.id == bindparam("who"), contacts.c.name.is_(None))
    ),
    ("called", "who"),
)


def contacts_of(connection: Connection, filings: Sequence[Filing], at: int) -> dict[Address, int]:
    """The contact of every sender that is believed (not of held messages and notes), made where there is none yet."""
    names: dict[Address, str | None] = {}
    for filing in filings:
        said = filing.interaction
        address = realm_of(said), sender_of(said)
        if address[1] and filing.placement.road in TAKES_PART_BY:
            names[address] = names.get(address) or said.sender.name
    known = _known(connection, sorted(names))
    new = [address for address in sorted(names) if address not in known]
    people = {address: contact for address, (contact, _) in known.items()}
    people.update(zip(new, allocate(connection, "contact_ids", len(new)), strict=True))
    _INSERT_CONTACT.run(connection, [(people[address], _name(names[address]), at) for address in new])
    _INSERT_ADDRESS.run(connection, [(*address, people[address]) for address in new])
    nameless = [address for address, (_, name) in known.items() if name is None and names[address]]
    _NAME.run(connection, [(_name(names[address]), people[address]) for address in sorted(nameless)])
    return people


def _name(name: str | None) -> str | None:
    return storable(name) if name else None


def _known(connection: Connection, addresses: Sequence[Address]) -> dict[Address, tuple[int, str | None]]:
    found: dict[Address, tuple[int, str | None]] = {}
    table = contact_addresses
    query = select(table.c.address, contacts.c.id, contacts.c.name).join_from(table, contacts)
    for realm, group in groupby(addresses, key=lambda address: address[0]):
        for chunk in chunks([address for _, address in group]):
            rows = connection.execute(query.where(table.c.realm == realm, table.c.address.in_(chunk)))
            found.update(((realm, row[0]), (row[1], row[2])) for row in rows)
    return found
