"""Where a RabbitMQ cluster is, as a person writes it.

amqps://balcao@mq1.exemplo.com,mq2.exemplo.com:5673/atendimento
scheme   user  hosts, each with a port if it is not the usual one   vhost ("/" when there is none)
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from domain.units import BadValue

PORTS = {"amqp": 5672, "amqps": 5671}
GUEST = "guest"
"""User and password of a fresh RabbitMQ, which takes them from its own machine only."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`hosts` are nodes of one cluster; any of them will do."""

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    vhost: str = "/"
    user: str = GUEST
    password: str = field(default="", repr=False)

    @property
    def encrypted(self) -> bool:
        return self.scheme == "amqps"

    @property
    def has_password(self) -> bool:
        return bool(self.password)


def parse_broker(text: str) -> BrokerAddress:
    """Raises BadValue, which never repeats what was written: it may hold a password."""
    try:
        parts = urlsplit(text)
        path, query = parts.path, parts.query or parts.fragment
    except ValueError:
        raise BadValue(_ADVICE) from None
    if parts.scheme not in PORTS or not parts.netloc:
        raise BadValue(_ADVICE)
    if query:
        raise BadValue("write no options behind ? or # in the address of RabbitMQ: they are settings of their own")
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    vhost = path.removeprefix("/")
    if "/" in vhost:
        raise BadValue("a / inside the name of RabbitMQ's virtual host is written in percent-encoding")
    return BrokerAddress(
        scheme=parts.scheme,
        hosts=tuple(_host(one, PORTS[parts.scheme]) for one in hosts.split(",")),
        vhost=unquote(vhost) or "/",
        user=unquote(user) or GUEST,
        password=unquote(password),
    )


def host_text(host: tuple[str, int]) -> str:
    name, port = host
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def url_of(address: BrokerAddress, host: tuple[str, int], query: str) -> str:
    """One host of `address`, as client libraries want it."""
    user, password, vhost = (quote(one, safe="") for one in (address.user, address.password or GUEST, address.vhost))
    return f"{address.scheme}://{user}:{password}@{host_text(host)}/{vhost}?{query}"


def _host(text: str, usual_port: int) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    port = int(found[2] or usual_port) if found else 0
    if found is None or not 0 < port < 65_536:
        raise BadValue(_ADVICE)
    return found[1].strip("[]"), port


_ADVICE = 'write RabbitMQ\'s address as "amqps://user@host1,host2,host3/vhost"'
