"""Options into a Channel."""

import ssl
from pathlib import Path

from channels.base import BuildContext, Channel
from channels.smtp.decode import decoder
from channels.smtp.options import Options, Tls
from channels.smtp.receive import SmtpReceiver, utc_now
from channels.smtp.send import RelaySender
from channels.smtp.send_directory import DirectorySender
from domain.errors import ConfigError, Mistake, Position
from domain.ports import Sender


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError when the certificate or the relay's password cannot be read."""
    mailbox = options.mailbox
    return Channel(
        name=context.name,
        kind="smtp",
        decode=decoder(mailbox),
        receiver=SmtpReceiver(
            channel=context.name,
            hostname=context.hostname,
            options=options,
            tls=_tls_context(options.tls, context.base) if options.tls else None,
        ),
        sender=_sender(options, context),
        mailbox=mailbox,
    )


def _sender(options: Options, context: BuildContext) -> Sender:
    relay = options.relay
    if relay is None:
        return DirectorySender(context.var / options.outgoing, options.mailbox, utc_now)
    password = context.reveal(relay.password) if relay.password else None
    return RelaySender(relay, options.mailbox, hostname=context.hostname, password=password, now=utc_now)


def _tls_context(tls: Tls, base: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(base / tls.certificate, base / tls.key)
    except (OSError, ssl.SSLError) as error:
        mistake = Mistake(
            Position(str(tls.certificate), 1, 1),
            "the certificate and its key cannot be used: %(why)s",
            {"why": str(error)},
        )
        raise ConfigError([mistake]) from error
    return context
