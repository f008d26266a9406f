"""Files that lie elsewhere: where they may be fetched from, what they are, when they are tried again. Pure.

URL of a channel, or of a redirect ─▶ objection_to ─▶ name resolved ─▶ is_public ─▶ connected to that very address
told type, content                 ─▶ settled_type, is_web_page_instead
failure, attempts so far           ─▶ next_try
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from domain.errors import FetchFailed
from domain.remote import UNKNOWN_TYPE, Access
from domain.sniffing import sniffed_type

HTML = "text/html"
_PORTS = {"http": 80, "https": 443}
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


def objection_to(url: str, access: Access) -> str | None:
    """Why nothing is fetched from there; None when nothing speaks against it."""
    try:
        parts = urlsplit(url)
        origin = origin_of(parts)
    except ValueError:
        return "this is not a URL"
    if parts.username is not None or parts.password is not None:
        return "a URL with a user name in it is not followed"
    if origin in {origin_of(urlsplit(known)) for known in access.origins}:
        return None
    host = parts.hostname or ""
    if parts.scheme != "https" or origin != f"https://{host}:443":
        return f"only https at its usual port is followed, and only to known hosts, not {parts.scheme}://{host}"
    if not any(_is_at(host, known) for known in access.hosts):
        return f"{host} is none of the provider's hosts"
    return None


def origin_of(parts: SplitResult) -> str:
    """Raises ValueError for a port that is none."""
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def is_public(address: str) -> bool:
    """Whether an address is out there, and not ours, our neighbour's or our cloud's."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    inside = any(ip.version == network.version and ip in network for network in _NOT_PUBLIC)
    return ip.is_global and not ip.is_multicast and not inside


def settled_type(told: str, content: bytes) -> str:
    """As told, or what the bytes are where nothing is told."""
    return (sniffed_type(content) or UNKNOWN_TYPE) if told == UNKNOWN_TYPE else told


def is_web_page_instead(told: str, content: bytes) -> bool:
    """A log-in page where a picture should be: how many a provider says that the credentials are wrong."""
    return told not in {UNKNOWN_TYPE, HTML, "application/xhtml+xml", "text/plain"} and sniffed_type(content) == HTML


def next_try(error: FetchFailed, attempts: int, delays: Sequence[float]) -> float | None:
    """Seconds until the next try after `attempts` failures; None: it is given up."""
    if error.permanent or attempts > len(delays):
        return None
    return max(delays[attempts - 1], error.retry_after)


def _is_at(host: str, known: str) -> bool:
    return host.endswith(known) if known.startswith(".") else host == known
