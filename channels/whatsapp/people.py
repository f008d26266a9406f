"""Who wrote, and where an answer goes.

    5511912345678   ──▶ address +5511912345678     way 106540352242922/5511912345678
    553188887777    ──▶ address +5531988887777     WhatsApp knows many Brazilian mobiles without their ninth digit
    BR.1502576394…  ──▶ address BR.1502576394…     a person with a user name, whose number is kept from us

The address is what contacts are known by; the way keeps the number as WhatsApp spells it, and ours that was written to.
"""

import re
from dataclasses import dataclass

from channels.cleaning import clean_line
from channels.telephone import nine_digits
from channels.wild import Wild
from domain.errors import Undecodable

_NUMBER = re.compile(r"[0-9]{5,20}", re.ASCII)
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_GROUP = re.compile(r"[A-Za-z0-9=_@.-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A number of ours: its id in the Graph API, and as people dial it."""

    id: str
    shown: str

    def way(self, to: str) -> str:
        return f"{self.id}/{to}"


def our_line(value: Wild) -> Line:
    """Raises Undecodable."""
    metadata = value.part("metadata")
    number_id = metadata.required_line("phone_number_id")
    if not _NUMBER.fullmatch(number_id):
        raise Undecodable(f"{metadata.path}.phone_number_id: digits expected")
    shown = "".join(char for char in metadata.line("display_phone_number") or "" if char.isdigit())
    return Line(id=number_id, shown=f"+{shown}" if shown else number_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """`number` and `user_id` as WhatsApp spells them; at least one is given."""

    number: str | None
    user_id: str | None

    @property
    def address(self) -> str:
        return nine_digits(f"+{self.number}") if self.number else self.user_id or ""

    @property
    def reached(self) -> str:
        return self.number or self.user_id or ""


def writer_of(message: Wild) -> Writer:
    """Raises Undecodable."""
    found = Writer(number=number_in(message, "from"), user_id=user_id_in(message, "from_user_id"))
    if not found.reached:
        raise Undecodable(f"{message.path}.from: a number expected, got {_shown(message.value.get('from'))}")
    return found


def number_in(fields: Wild, name: str) -> str | None:
    given = fields.value.get(name)
    number = given.strip().removeprefix("+") if isinstance(given, str) else ""
    return number if _NUMBER.fullmatch(number) else None


def user_id_in(fields: Wild, name: str) -> str | None:
    given = fields.value.get(name)
    return given if isinstance(given, str) and _USER_ID.fullmatch(given) else None


def group_in(message: Wild) -> str | None:
    given = message.value.get("group_id")
    return given if isinstance(given, str) and _GROUP.fullmatch(given) else None


def name_of(writer: Writer, contacts: Wild) -> str | None:
    """The profile's name, from the contacts beside the messages."""
    for contact in contacts.parts("contacts"):
        same_number = writer.number is not None and number_in(contact, "wa_id") == writer.number
        if same_number or (writer.user_id is not None and user_id_in(contact, "user_id") == writer.user_id):
            profile = contact.optional_part("profile")
            return profile.line("name") or profile.line("username")
    return None


def _shown(given: object) -> str:
    return repr(clean_line(given, 40)) if isinstance(given, str) else "nothing" if given is None else "no text"
