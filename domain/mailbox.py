"""Mail addresses as Balcão compares them, and the mailboxes that are its own.

Comparison folds the case of the whole address: local parts are case-sensitive by RFC 5321 §2.4 and
case-insensitive everywhere in practice. A plus-tag (RFC 5233) names the same mailbox.
"""

from dataclasses import dataclass

SEPARATOR = "+"


def fold_address(address: str) -> str:
    return address.strip().casefold()


def without_tag(address: str) -> str:
    """`ana+x@exemplo.com` → `ana@exemplo.com`, folded."""
    local, at, domain = fold_address(address).rpartition("@")
    return f"{local.split(SEPARATOR, 1)[0]}{at}{domain}" if at else domain


def tag_of(address: str) -> str | None:
    """The plus-tag as written, or None."""
    local, at, _ = address.strip().rpartition("@")
    _, plus, tag = local.partition(SEPARATOR)
    return tag if at and plus else None


def domain_of(address: str) -> str:
    return fold_address(address).rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The addresses one mail channel answers for.

    `address` is the sender of what we write. `recipients` holds whole addresses (`suporte@exemplo.com`)
    and domains (`@exemplo.com`), folded. postmaster and abuse of any of these domains always count
    (RFC 2142, RFC 5321 §4.5.1).
    """

    address: str
    name: str
    recipients: frozenset[str]
    plus_addressing: bool

    def owns(self, address: str) -> bool:
        bare = without_tag(address)
        local, _, domain = bare.rpartition("@")
        if bare in self.recipients or f"@{domain}" in self.recipients:
            return True
        return local in {"postmaster", "abuse"} and domain in self.domains

    def names(self, address: str) -> bool:
        """Whether it is one of the addresses that are written out, not only of a domain that is taken whole."""
        bare = without_tag(address)
        return bare == self.address or bare in self.recipients

    @property
    def domains(self) -> frozenset[str]:
        return frozenset(known.rpartition("@")[2] for known in self.recipients)
