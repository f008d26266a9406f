"""Which addresses are out there, and which are ours, our neighbour's or our cloud's."""

import ipaddress

# Beside what `ipaddress` calls global: addresses that carry another one inside, and ranges older Pythons miss.
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
            "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "fec0::/10", "::/96",
        ),
    )
)  # fmt: skip


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
    return ip.is_global and not ip.is_multicast and not inside


def is_nobodys(address: str) -> bool:
    """What no peer of ours can have: no address at all, and link-local ones, where clouds keep their secrets."""
    ip = bare(address)
    return ip.is_link_local or ip.is_unspecified or ip.is_multicast
