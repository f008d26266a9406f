"""Which addresses are out there, and which are ours, our neighbour's or our cloud's."""

import ipaddress
from collections.abc import Iterator

# Beside what `ipaddress` calls global: addresses that carry another one inside, and ranges older Pythons miss.
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
            "2001::/23", "2002::/16", "3fff::/20",
        ),
    )
)  # fmt: skip
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
"""All of IPv6 that anybody out there can have (RFC 4291): what carries IPv4 by some gateway's grace lies beside it."""
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
"""Their last four bytes are an IPv4 address."""


def bare(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Without its zone, and as IPv4 what is IPv4 in the clothes of IPv6. Raises ValueError."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def is_public(address: str) -> bool:
    try:
        ip = bare(address)
    except ValueError:
        return False
    inside = any(ip.version == network.version and ip in network for network in _NOT_PUBLIC)
    given_out = ip.version == 4 or ip in _GIVEN_OUT
    return ip.is_global and given_out and not ip.is_multicast and not inside


def is_nobodys(address: str) -> bool:
    """What no peer of ours can have: no address at all, and link-local ones, where clouds keep their secrets."""
    return any(ip.is_link_local or ip.is_unspecified or ip.is_multicast for ip in _carried(bare(address)))


def _carried(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """It, and the IPv4 address that a gateway would go on to."""
    yield ip
    if isinstance(ip, ipaddress.IPv6Address) and not ip.is_loopback:
        if any(ip in network for network in _CARRIERS):
            yield ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if ip.sixtofour:
            yield ip.sixtofour
