"""Who is known, and what they contracted: class and plan by address, domain or telephone number.

ana@cliente.com.br  ─▶ the address (a plus-tag does not matter) ─▶ its domain ─▶ nothing known
+55 11 91234-5678   ─▶ the digits, with the country code of Brazil where none is given
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from domain.facts import Facts
from domain.mailbox import domain_of, without_tag

_NOT_DIALLED = re.compile(r"[\s().\-/]+")
_PHONE = re.compile(r"\+?[0-9]{8,15}", re.ASCII)
_BRAZILIAN_LENGTHS = (10, 11)
COUNTRY_CODE = "55"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`contact_class` and `plan` are the operators' own words; None where the file says nothing."""

    contact_class: str | None
    plan: str | None


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contacts by key (`contact_key`)."""

    known: Mapping[str, Contact] = field(default_factory=dict)

    def introduce(self, facts: Facts) -> Facts:
        """`facts` with class and plan of the sender, where they do not say already."""
        contact = self._contact(facts.sender) if self.known and facts.contact_class is None else None
        if contact is None:
            return facts
        plan = contact.plan if facts.contact_plan is None else facts.contact_plan
        return replace(facts, contact_class=contact.contact_class, contact_plan=plan)

    def _contact(self, address: str) -> Contact | None:
        if "@" in address:
            return self.known.get(without_tag(address)) or self.known.get(domain_of(address))
        return self.known.get(phone_key(address) or address)


NOBODY = Contacts()


def contact_key(written: str) -> str | None:
    """What an address, domain or number is compared by; None when it is none of them."""
    text = written.strip().casefold()
    if "@" in text:
        local, _, domain = text.rpartition("@")
        return without_tag(text) if local and _is_domain(domain) else domain if _is_domain(domain) else None
    return phone_key(text) or (text if _is_domain(text) else None)


def phone_key(written: str) -> str | None:
    """The digits of a telephone number with its country code, or None."""
    dialled = _NOT_DIALLED.sub("", written)
    if not _PHONE.fullmatch(dialled):
        return None
    if dialled.startswith("+"):
        return dialled[1:]
    digits = dialled.removeprefix("00").lstrip("0")
    return COUNTRY_CODE + digits if len(digits) in _BRAZILIAN_LENGTHS else digits


def _is_domain(text: str) -> bool:
    return "." in text and not re.search(r"[\s@*]", text) and all(text.split("."))
