"""Reading contacts: address, domain or telephone number → class and plan."""

from domain.document import Mapping, Node
from domain.errors import Position
from triage.contacts import Contact, Contacts, contact_key
from triage.keywords import CONTACT_KEYS
from triage.notes import Notes

MAX_LENGTH = 80


def read_contacts(notes: Notes, node: Node) -> Contacts:
    known: dict[str, Contact] = {}
    places: dict[str, Position] = {}
    for written, value in notes.entries(node):
        key = contact_key(str(written.value))
        if key is None:
            notes.note(written.position, "an address, a domain or a telephone number is expected here")
        elif key in places:
            notes.note(written.position, "the same contact stands in line %(line)s already", line=places[key].line)
        contact = _contact(notes, value)
        if key is not None and contact is not None:
            places.setdefault(key, written.position)
            known[key] = contact
    return Contacts(known)


def _contact(notes: Notes, node: Node) -> Contact | None:
    entries = notes.mapping(node, CONTACT_KEYS)
    if isinstance(node, Mapping) and not node.entries:
        notes.note(node.position, "at least one of these is expected here: %(known)s", known=", ".join(CONTACT_KEYS))
    values = {name: _word(notes, value) for name, value in entries.items()}
    return Contact(contact_class=values.get("class"), plan=values.get("plan")) if values else None


def _word(notes: Notes, node: Node) -> str | None:
    text = notes.text(node)
    if text is not None and len(text) > MAX_LENGTH:
        notes.note(node.position, "at most %(limit)s characters are expected here", limit=MAX_LENGTH)
    return text
