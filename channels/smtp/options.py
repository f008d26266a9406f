"""What a person may set for an SMTP channel in `balcao.yaml`.

support-mail:
  kind: smtp
  listen: ["0.0.0.0:25", "[::]:25"]
  address: suporte@exemplo.com
  recipients: [suporte@exemplo.com, "@ajuda.exemplo.com"]
"""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from channels.mail.authentication import Network
from channels.mail.options import Duration, ListenAddress, MailOptions, PeerNetwork, Size, Strict, parse_network
from domain.mailbox import domain_of
from domain.units import Listen


class Tls(Strict):
    """PEM files; with them STARTTLS is offered."""

    certificate: Path
    key: Path


class Options(MailOptions):
    """`max_in_flight` bounds the bytes of all messages being received.

    `trusted_peers` may hand over mail whose Authentication-Results count, if `trusted_authserv` names their writer.
    `timeout` is the patience with a silent client; twice that is the patience until a message is complete.
    """

    listen: tuple[ListenAddress, ...] = Field(default=(Listen("127.0.0.1", 8025),), min_length=1)
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
