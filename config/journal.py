"""Where accepted interactions are kept: a database, or RabbitMQ.

url ─┬─ null, sqlite:, postgresql:   a database; its tables are the journal
     └─ amqp:, amqps:                queues; its tables, the archive, are in the ticket database
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import Field

from config.fields import Block, JournalUrl, QueueName, Secret, Size
from config.secrets import Secrets
from domain.broker import PORTS, BrokerAddress, parse_broker
from domain.errors import N_, ConfigError, Mistake, Position
from domain.units import BadValue

SCHEMES = tuple(f"{scheme}:" for scheme in PORTS)


class Journal(Block):
    """`queue`, `password`, `ca`, `certificate` and `key` are RabbitMQ's."""

    url: JournalUrl | None = Field(default=None, repr=False)
    disk_reserve: Size = 200_000_000
    disk_watermark: Size = 1_000_000_000
    memory: Size = 300_000_000
    queue: QueueName = "balcao.journal"
    password: Secret | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Broker:
    """RabbitMQ as the settings want it; `place` is where a person mends it."""

    address: BrokerAddress
    queue: str
    tls: ssl.SSLContext | None = field(default=None, repr=False, compare=False)


def read_broker(block: Journal, url: str, secrets: Secrets, base: Path, places: Mapping[str, Position]) -> Broker:
    """`places` knows where each key of the block is written. Raises ConfigError."""
    try:
        address = parse_broker(url)
    except BadValue as error:
        raise ConfigError([Mistake(places["url"], error.text, error.values)]) from None
    if block.password is not None:
        if address.has_password:
            text = N_("the address has a password already; remove one of the two")
            raise ConfigError([Mistake(places["password"], text)])
        address = replace(address, password=secrets.reveal(block.password))
    return Broker(address, block.queue, _tls(block, address, base, places))


def _tls(block: Journal, address: BrokerAddress, base: Path, places: Mapping[str, Position]) -> ssl.SSLContext | None:
    if not address.encrypted:
        for name in ("ca", "certificate", "key"):
            if getattr(block, name) is not None:
                text = N_("%(name)s is for an encrypted connection; write amqps:// in journal.url")
                raise ConfigError([Mistake(places[name], text, {"name": f"journal.{name}"})])
        return None
    try:
        context = ssl.create_default_context(cafile=base / block.ca if block.ca else None)
    except (OSError, ssl.SSLError) as error:
        text = N_("the certificates to trust cannot be used: %(why)s")
        raise ConfigError([Mistake(places["ca"], text, {"why": error.strerror or str(error)})]) from None
    if block.certificate is not None:
        try:
            context.load_cert_chain(base / block.certificate, base / block.key if block.key else None)
        except (OSError, ssl.SSLError) as error:
            text = N_("the certificate and its key cannot be used: %(why)s")
            raise ConfigError([Mistake(places["certificate"], text, {"why": error.strerror or str(error)})]) from None
    elif block.key is not None:
        raise ConfigError([Mistake(places["key"], N_("journal.key belongs to a journal.certificate; there is none"))])
    return context
