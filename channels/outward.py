"""Where our own calls (replies, providers' APIs, tokens) may lead: outside, unless a person has said otherwise.

    address in the settings ─▶ that address                       a person wrote it there
    name ─▶ resolved once ─▶ every address public, or in web.inside? ─▶ connected to these addresses
                                └─ no: LeadsInside                 nobody is called

A name is somebody else's word: whoever controls it (or a resolver on the way) could lead us to a service of the house,
or of the cloud. Redirects are followed by none of our callers; files have a stricter guard (ingest/download.py).
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from domain.addresses import bare, is_public

OWN = frozenset({"localhost", "localhost."})
"""As good as the address that it stands for."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class LeadsInside(OSError):
    """A name leads to an address that is not public and not allowed."""


@dataclass(frozen=True, slots=True)
class Outward:
    """`inside`: networks in the house that names may lead to all the same (web.inside)."""

    inside: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> "Outward":
        return cls(tuple(ipaddress.ip_network(one, strict=False) for one in networks))

    def connector(self, *, limit: int = 20, resolver: AbstractResolver | None = None) -> aiohttp.TCPConnector:
        """For a session of ours. `resolver` stands in for the system's."""
        guarded = _Outside(resolver or ThreadedResolver(), self)
        return aiohttp.TCPConnector(resolver=guarded, use_dns_cache=False, force_close=True, limit=limit)

    def allows(self, address: str) -> bool:
        if is_public(address):
            return True
        ip = bare(address)
        return any(ip.version == network.version and ip in network for network in self.inside)


PUBLIC = Outward()
"""Nothing in the house."""


def reason_of(error: aiohttp.ClientConnectorError, otherwise: str) -> str:
    """What to tell of a connection that did not come about."""
    return str(error.os_error) if isinstance(error.os_error, LeadsInside) else otherwise


class _Outside(AbstractResolver):
    """What it answers is what is connected to: no name is resolved twice."""

    def __init__(self, inner: AbstractResolver, outward: Outward) -> None:
        self._inner = inner
        self._outward = outward

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        refused = [one["host"] for one in found if host.lower() not in OWN and not self._outward.allows(one["host"])]
        if refused:
            raise LeadsInside(f"{host} leads to {refused[0]}, which is not public (web.inside may allow it)")
        return found

    async def close(self) -> None:
        await self._inner.close()
