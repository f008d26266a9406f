"""Values as people write them in settings, read once and kept as plain Python values.

    "90s" "5m" "2h" "30d"          parse_duration   -> timedelta
    "25MB" "64MiB"                 parse_size       -> int (bytes)
    "127.0.0.1:25" "[::1]:25"      parse_listen     -> Listen(host, port)
    "systemd:smtp", or as above    parse_door       -> HandedOver(name) or Listen
    "env:NAME" "file:path"         parse_reference  -> the same text, known to be a secret reference

Each raises BadValue, a ValueError that pydantic passes on; `text` and `values` make it translatable.
As a pydantic field: `Annotated[timedelta, PlainValidator(parse_duration)]`.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.addresses import is_nobodys
from domain.errors import N_

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
DURATION_PATTERN = r"[0-9]{1,6}(ms|s|m|h|d)"
SIZE_PATTERN = r"[0-9]{1,9}(B|kB|KB|MB|GB|KiB|MiB|GiB)"
LISTEN_PATTERN = r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/@]+):[0-9]{1,5}"
HANDED_PATTERN = r"systemd:[A-Za-z0-9._-]{1,100}"
DOOR_PATTERN = rf"({HANDED_PATTERN}|{LISTEN_PATTERN})"
REFERENCE_PATTERN = r"(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+)"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, not what we bind
_NUMBERS = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)


class BadValue(ValueError):
    """`text` is an English msgid with %(name)s fields; it never holds the value refused, which may be a secret."""

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text = text
        self.values: Mapping[str, object] = values


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen; port 0 lets the system choose. IPv6 hosts are kept without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def called_here(host: str) -> str:
    """By which address this machine reaches who listens on `host`."""
    return _EVERYWHERE.get(host, host)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Sockets that systemd opens and hands to us under this name (FileDescriptorName=)."""

    name: str

    def __str__(self) -> str:
        return f"systemd:{self.name}"


def is_this_machine(host: str) -> bool:
    """As it is written; no name is looked up."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    number, unit = _split(
        value, DURATION_PATTERN, N_('write a duration as a number and its unit: "90s", "5m", "2h", "30d"')
    )
    return timedelta(seconds=number * _SECONDS[unit])


def parse_size(value: Any) -> int:
    """Bytes. MB is 1,000,000 bytes and MiB 1,048,576."""
    number, unit = _split(value, SIZE_PATTERN, N_('write a size as a number and its unit: "500kB", "25MB", "1GB"'))
    return number * _BYTES[unit]


def parse_listen(value: Any) -> Listen:
    if isinstance(value, Listen):
        return value
    if not isinstance(value, str) or not re.fullmatch(LISTEN_PATTERN, value):
        raise BadValue('write an address to listen on as host:port: "127.0.0.1:8025", "[::1]:8025", "0.0.0.0:25"')
    host, _, port = value.rpartition(":")
    if int(port) > 65535:
        raise BadValue("a port is a number from 0 to 65535")
    return Listen(_bare_host(host), int(port))


def parse_door(value: Any) -> Listen | HandedOver:
    if isinstance(value, HandedOver):
        return value
    if isinstance(value, str) and value.startswith("systemd:"):
        if not re.fullmatch(HANDED_PATTERN, value):
            raise BadValue('write a socket of systemd by its FileDescriptorName: "systemd:smtp"')
        return HandedOver(value.removeprefix("systemd:"))
    return parse_listen(value)


def parse_reference(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(REFERENCE_PATTERN, value):
        raise BadValue('a secret is not written here but referred to: "env:NAME" or "file:path"')
    return value


def _split(value: Any, pattern: str, advice: str) -> tuple[int, str]:
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        raise BadValue(advice)
    digits = re.match(r"[0-9]+", value)
    assert digits is not None
    return int(digits[0]), value[digits.end() :]


def _bare_host(host: str) -> str:
    if not host.startswith("["):
        return host
    try:
        return str(ipaddress.IPv6Address(host[1:-1]))
    except ValueError:
        raise BadValue("what stands in [ ] is not an IPv6 address") from None


def must_be_somewhere(host: str) -> None:
    """Of a URL: an address stands as such, not as a number or in octal; and it is one that a peer may have."""
    try:
        nobodys = is_nobodys(host)
    except ValueError:
        if _NUMBERS.fullmatch(host):
            raise BadValue(N_("write an IP address with its four numbers: 10.0.0.5")) from None
        return
    if nobodys:
        raise BadValue(N_("%(host)s is no address of a peer: nothing is ever sent there"), host=host)
