"""A person whose data is exported or erased: all addresses of one contact, and how they stand in a text.

Person ──▶ Traces ─┬─ found_in(text)     does it name him?
                   └─ without(text)      the same text with [apagado] in his place
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from domain.mailbox import fold_address, without_tag

ERASED = "[apagado]"
"""What stands where somebody stood: the first language of the house."""
MAIL, PHONE = "mail", "phone"
SHORTEST_ID = 5
"""Ids of chats that are shorter would be found in every number."""
NATIONAL_DIGITS = 10
"""Of a telephone number that are compared at most: with or without its country, it is the same one."""
_BETWEEN = r"[\s().\-]{0,3}"


@dataclass(frozen=True, slots=True)
class Address:
    """`realm` is where the address means something (store.rows.realm_in)."""

    realm: str
    address: str


@dataclass(frozen=True)
class Person:
    """`contacts` are all numbers that were ever part of this one; none for an address that is nobody's contact."""

    contacts: tuple[int, ...]
    addresses: frozenset[Address]
    names: frozenset[str] = frozenset()

    def owns(self, realm: str, address: str | None) -> bool:
        if not address:
            return False
        folded = fold_address(address)
        return Address(realm, folded) in self.addresses or (realm == MAIL and without_tag(folded) in self.mailboxes)

    def owns_anywhere(self, address: str | None) -> bool:
        """Where nobody says which realm it is of."""
        return any(self.owns(realm, address) for realm in {one.realm for one in self.addresses})

    @property
    def full_names(self) -> frozenset[str]:
        """One word is anybody's."""
        return frozenset(name for name in self.names if len(name.split()) > 1)

    @property
    def endings(self) -> frozenset[str]:
        """The last digits of his telephones, which nobody writes apart."""
        phones = (re.sub(r"\D", "", one.address) for one in self.addresses if one.realm == PHONE)
        return frozenset(digits[-4:] for digits in phones if len(digits) >= NATIONAL_DIGITS)

    @cached_property
    def mailboxes(self) -> frozenset[str]:
        """His mail addresses without a plus-tag: any tag is his."""
        return frozenset(without_tag(one.address) for one in self.addresses if one.realm == MAIL)

    @cached_property
    def traces(self) -> "Traces":
        return Traces(self.addresses, self.names)


class Traces:
    """Addresses as they are written in texts, and names of at least two words: one word is anybody's."""

    def __init__(self, addresses: Iterable[Address], names: Iterable[str]) -> None:
        patterns = sorted({_pattern(one) for one in addresses} | {_name(one) for one in names} - {""}, key=len)
        self._pattern = re.compile("|".join(filter(None, reversed(patterns))) or r"(?!)", re.IGNORECASE)

    def found_in(self, text: str | None) -> bool:
        return bool(text and self._pattern.search(text))

    def without(self, text: str | None) -> str | None:
        return self._pattern.sub(ERASED, text) if text else text


def _pattern(one: Address) -> str:
    if one.realm == MAIL:
        local, at, domain = without_tag(one.address).rpartition("@")
        written = rf"{re.escape(local)}(?:\+[\w.=-]+)?{at}{re.escape(domain)}"
        return rf"(?<![\w.+-]){written}(?![\w-]|\.\w)"
    digits = re.sub(r"\D", "", one.address)
    if len(digits) >= NATIONAL_DIGITS and len(digits) >= len(one.address) - 1:
        return rf"(?<!\d)\+?(?:\d{_BETWEEN}){{0,4}}{_BETWEEN.join(digits[-NATIONAL_DIGITS:])}(?!\d)"
    return rf"(?<!\w){re.escape(one.address)}(?!\w)" if len(one.address) >= SHORTEST_ID else ""


def _name(name: str) -> str:
    words = name.split()
    spaced = r"\s+".join(map(re.escape, words))
    return rf"(?<!\w){spaced}(?!\w)" if len(words) > 1 else ""
