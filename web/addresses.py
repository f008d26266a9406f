"""Whose request it is, where reverse proxies stand before us."""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """The reverse proxies whose `X-Forwarded-For` is believed: addresses or networks. Raises ValueError."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self.networks: tuple[Network, ...] = tuple(ipaddress.ip_network(name, strict=False) for name in trusted)

    def __bool__(self) -> bool:
        return bool(self.networks)

    def client(self, peer: str, forwarded: Iterable[str]) -> str:
        """The nearest address that is not a trusted proxy; what stands left of it anybody may have written."""
        road = [peer, *(hop.strip() for header in reversed(list(forwarded)) for hop in reversed(header.split(",")))]
        nearest = peer
        for hop in road:
            if not is_address(hop):
                return nearest
            nearest = hop
            if not self._trusts(hop):
                return nearest
        return nearest

    def _trusts(self, address: str) -> bool:
        known = ipaddress.ip_address(address)
        return any(known in network for network in self.networks)


def is_address(text: str) -> bool:
    """Whether `text` is an IP address, without brackets or port."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
