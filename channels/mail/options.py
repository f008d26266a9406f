"""What a person may set for any mail channel in `balcao.yaml`, and the types of such values."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from channels.fields import CalledServer, SecretReference, StrictOptions, as_written
from channels.mail.authentication import Network, Trust
from channels.mail.monitoring import NO_MONITORS, Monitors
from domain.mailbox import Mailbox, fold_address
from domain.units import DOOR_PATTERN, BadValue, HandedOver, Listen, parse_door

_DOMAIN = r"[^\s@<>\"(),:;\\\[\]]+"
ADDRESS_PATTERN = rf"[^\s@<>\"(),:;\\\[\]]+@{_DOMAIN}"
RECIPIENT_PATTERN = rf"({ADDRESS_PATTERN}|@{_DOMAIN})"
AUTHSERV_PATTERN = r"[A-Za-z0-9._:/-]+"
NETWORK_PATTERN = r"[0-9A-Fa-f.:]+(/\d{1,3})?"


def parse_address(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(ADDRESS_PATTERN, value):
        raise BadValue('write an e-mail address: "suporte@exemplo.com"')
    return value


def parse_recipient(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(RECIPIENT_PATTERN, value):
        raise BadValue('write an e-mail address or a whole domain: "suporte@exemplo.com", "@exemplo.com"')
    return fold_address(value)


def parse_authserv(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(AUTHSERV_PATTERN, value):
        raise BadValue('write the name a server gives itself in Authentication-Results: "mx.exemplo.com"')
    return value.lower()


def parse_network(value: Any) -> Network:
    try:
        return ipaddress.ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise BadValue('write an address or a network: "10.0.0.5", "10.0.0.0/8"') from None


ListenAddress = Annotated[Listen | HandedOver, *as_written(parse_door, DOOR_PATTERN)]
Address = Annotated[str, *as_written(parse_address, ADDRESS_PATTERN)]
Recipient = Annotated[str, *as_written(parse_recipient, RECIPIENT_PATTERN)]
Authserv = Annotated[str, *as_written(parse_authserv, AUTHSERV_PATTERN)]
PeerNetwork = Annotated[Network, *as_written(parse_network, NETWORK_PATTERN)]


class Relay(CalledServer):
    """The server that takes our outgoing mail. `tls: starttls` and `implicit` verify its certificate."""

    host: str = Field(min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    username: str | None = None
    password: SecretReference | None = None


class Monitoring(StrictOptions):
    """Monitoring systems that notify by mail (channels/mail/monitoring.py)."""

    senders: tuple[Recipient, ...] = Field(min_length=1)
    peers: tuple[PeerNetwork, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
    unproved: bool = False


class MailOptions(StrictOptions):
    """`recipients` defaults to `address` alone.

    `bounces` is where failures of what we send are reported; by default to `address` itself.
    `outgoing` is where mail is written while no `relay` is set: a directory, relative to `var`. `trusted_authserv`:
    servers whose Authentication-Results count, within `trusted_hops` (channels/mail/authentication.py).
    """

    address: Address = "suporte@localhost"
    name: str = Field(default="Suporte", max_length=200)
    recipients: tuple[Recipient, ...] = ()
    plus_addressing: bool = True
    trusted_authserv: tuple[Authserv, ...] = ()
    trusted_hops: int = Field(default=0, ge=0, le=20)
    bounces: Address | None = None
    monitoring: Monitoring | None = None
    relay: Relay | None = None
    outgoing: Path = Path("outgoing")

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(
            address=fold_address(self.address),
            name=self.name,
            recipients=frozenset(self.recipients or (fold_address(self.address),)),
            plus_addressing=self.plus_addressing,
            bounces=fold_address(self.bounces) if self.bounces else self._default_bounces,
        )

    @property
    def monitors(self) -> Monitors:
        one = self.monitoring
        if one is None:
            return NO_MONITORS
        return Monitors(senders=frozenset(one.senders), peers=one.peers, unproved=one.unproved)

    @property
    def trust(self) -> Trust:
        return Trust(authserv=frozenset(self.trusted_authserv), hops=self.trusted_hops, peers=self._peers)

    @property
    def _peers(self) -> tuple[Network, ...]:
        """Who may hand over mail whose Authentication-Results count; a mailbox that we fetch from has no peers."""
        return ()

    @property
    def _default_bounces(self) -> str | None:
        """A mailbox at a provider has only its own address, so that is where its bounces go."""
        return None
