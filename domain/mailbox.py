"""Mail addresses as Balcão compares them, and the mailboxes that are its own.

Comparison folds the case of the whole address: local parts are case-sensitive by RFC 5321 §2.4 and
case-insensitive everywhere in practice. A plus-tag (RFC 5233) names the same mailbox.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

SEPARATOR = "+"
BOUNCE_TOKEN_LENGTH = 40
_BOUNCE_TOKEN = re.compile(rf"[a-z2-7]{{{BOUNCE_TOKEN_LENGTH}}}")


def fold_address(address: str) -> str:
    return address.strip().casefold()


@lru_cache(maxsize=2_000)
def without_tag(address: str) -> str:
    """`ana+x@exemplo.com` → `ana@exemplo.com`, folded."""
    local, at, domain = fold_address(address).rpartition("@")
    return f"{local.split(SEPARATOR, 1)[0]}{at}{domain}" if at else domain


def tag_of(address: str) -> str | None:
    """The plus-tag as written, or None."""
    local, at, _ = address.strip().rpartition("@")
    _, plus, tag = local.partition(SEPARATOR)
    return tag if at and plus else None


@lru_cache(maxsize=2_000)
def domain_of(address: str) -> str:
    return fold_address(address).rpartition("@")[2]


def destination_of(address: str) -> str | None:
    """The domain that mail to `address` goes to; None for what is no mail address."""
    return domain_of(address) if "@" in address else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The addresses one mail channel answers for.

    `address` is the sender of what we write. `recipients` holds whole addresses (`suporte@exemplo.com`)
    and domains (`@exemplo.com`), folded. postmaster and abuse of any of these domains always count
    (RFC 2142, RFC 5321 §4.5.1). `bounces` is where delivery reports of what we send come back, with a signed
    plus-tag if the domain takes one; anything else sent there is for nobody.
    """

    address: str
    name: str
    recipients: frozenset[str]
    plus_addressing: bool
    bounces: str | None = None

    def owns(self, address: str) -> bool:
        bare = without_tag(address)
        local, _, domain = bare.rpartition("@")
        if bare in self.recipients or f"@{domain}" in self.recipients:
            return True
        if bare == self.bounces:
            return not self.plus_addressing or _BOUNCE_TOKEN.fullmatch(tag_of(address) or "") is not None
        return local in {"postmaster", "abuse"} and domain in self.domains

    def names(self, address: str) -> bool:
        """Whether it is one of the addresses that are written out, not only of a domain that is taken whole."""
        bare = without_tag(address)
        return bare == self.address or bare in self.recipients

    def bounce_address(self, token: str) -> str:
        """The envelope sender of a message whose bounces are to be known by `token`."""
        base = self.bounces or self.address
        local, _, domain = base.rpartition("@")
        return f"{local}{SEPARATOR}{token}@{domain}" if self.plus_addressing else base

    @property
    def domains(self) -> frozenset[str]:
        return frozenset(known.rpartition("@")[2] for known in self.recipients)
