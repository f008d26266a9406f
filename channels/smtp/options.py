"""What a person may set for an SMTP channel in `balcao.yaml`.

support-mail:
  kind: smtp
  listen: ["0.0.0.0:25", "[::]:25"]
  address: suporte@exemplo.com
  recipients: [suporte@exemplo.com, "@ajuda.exemplo.com"]
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from channels.fields import Duration, Size, StrictOptions
from channels.mail.authentication import Network
from channels.mail.options import ListenAddress, MailOptions, PeerNetwork, parse_network
from domain.mailbox import domain_of
from domain.units import DOOR_PATTERN, BadValue, HandedOver, Listen, parse_door

_SMTP_PORT = 25
MODE_PATTERN = "0?[0-7]{3}"


class Tls(StrictOptions):
    """PEM files; with them STARTTLS is offered."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """Relative paths begin at the folder of the settings."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


def parse_lmtp(value: Any) -> Listen | HandedOver | UnixSocket:
    if isinstance(value, str) and value.startswith("unix:") and len(value) > len("unix:"):
        return UnixSocket(Path(value.removeprefix("unix:")))
    listen = parse_door(value)
    if isinstance(listen, Listen) and listen.port == _SMTP_PORT:
        raise BadValue("LMTP must not be on port 25 (RFC 2033): take another, as 127.0.0.1:8024")
    return listen


def parse_mode(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(MODE_PATTERN, value):
        raise BadValue('write the rights of a file in quotes: "0660"')
    return value


LmtpAddress = Annotated[
    Listen | HandedOver | UnixSocket,
    PlainValidator(parse_lmtp),
    WithJsonSchema({"type": "string", "pattern": rf"^(unix:.+|{DOOR_PATTERN})$"}),
]
FileMode = Annotated[
    str, PlainValidator(parse_mode), WithJsonSchema({"type": "string", "pattern": f"^{MODE_PATTERN}$"})
]


class Options(MailOptions):
    """`lmtp`: TCP addresses and Unix sockets for a mail server in front; `lmtp_mode` are the sockets' rights.

    `max_in_flight` bounds the bytes of all messages being received.

    `trusted_peers` may hand over mail whose Authentication-Results count, if `trusted_authserv` names their writer.
    `timeout` is the patience with a silent client; twice that is the patience until a message is complete.
    """

    listen: tuple[ListenAddress, ...] = Field(default=(Listen("127.0.0.1", 8025),), min_length=1)
    lmtp: tuple[LmtpAddress, ...] = ()
    lmtp_mode: FileMode = "0660"
    trusted_peers: tuple[PeerNetwork, ...] = (parse_network("127.0.0.0/8"), parse_network("::1/128"))
    tls: Tls | None = None
    max_message: Size = 25_000_000
    max_connections: int = Field(default=500, ge=1)
    max_connections_per_address: int = Field(default=100, ge=1)
    max_recipients: int = Field(default=100, ge=1)
    max_in_flight: Size = 200_000_000
    timeout: Duration = timedelta(minutes=5)

    @property
    def _peers(self) -> tuple[Network, ...]:
        return self.trusted_peers

    @property
    def _default_bounces(self) -> str | None:
        """We answer for the domain ourselves: an address for this and nothing else."""
        return f"bounces@{domain_of(self.address)}"
