"""Decoding in tests: from header lines and a body to the one Interaction."""

from datetime import UTC, datetime

from channels.mail.decode import decode
from channels.smtp.options import Options
from domain.interaction import Interaction
from domain.raw import RawInteraction
from tests.channels.smtp.transport import OPTIONS

RECEIVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MAILBOX = Options.model_validate(OPTIONS).mailbox
ENVELOPE = {"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com"]}
HEAD = "From: ana@cliente.example\r\nTo: suporte@exemplo.com\r\nDate: Mon, 2 Mar 2026 08:00:00 -0300\r\n"


def raw(payload: bytes | str, envelope=ENVELOPE, received_at=RECEIVED_AT) -> RawInteraction:
    octets = payload.encode() if isinstance(payload, str) else payload
    return RawInteraction(channel="c", dedup_key="k", received_at=received_at, payload=octets, envelope=envelope)


def read(payload: bytes | str, **given) -> Interaction:
    (interaction,) = decode(MAILBOX, raw(payload, **given))
    return interaction


def mail(headers: str = "", body: str = "oi", **given) -> Interaction:
    """A mail of HEAD, these header lines and this body."""
    return read(f"{HEAD}{headers}\r\n{body}", **given)
