"""Which contact is meant: its number, or one of its addresses as people write them."""

from sqlalchemy import Connection

from channels.telephone import e164
from domain.mailbox import fold_address
from ingest.commands.failures import Wrong
from ingest.translations import _
from store import contacts as store_contacts

MOST_DIGITS = 9
"""A number of so many digits is a contact's; longer ones are telephone numbers."""


class Nobody(Wrong):
    """No contact has that number or address."""


def contact_called(connection: Connection, who: str) -> int:
    """The contact with that number or address. Raises Wrong."""
    if who.isascii() and who.isdigit() and len(who) <= MOST_DIGITS:
        if store_contacts.contact(connection, int(who)) is None:
            raise nobody(who)
        return int(who)
    found = sorted({owner for spelling in spellings(who) for owner in store_contacts.owners(connection, spelling)})
    if not found:
        raise nobody(who)
    if len(found) > 1:
        text = _("%(who)s is an address of several contacts: %(contacts)s; name one by its number")
        raise Wrong(text % {"who": who, "contacts": ", ".join(map(str, found))})
    return found[0]


def spellings(address: str) -> set[str]:
    return {fold_address(address), e164(address) or fold_address(address)}


def nobody(who: str) -> Nobody:
    return Nobody(_("there is no contact %(who)s") % {"who": who})
