"""Options into a Channel."""

import ssl
from functools import partial
from pathlib import Path

from channels.base import BuildContext, Channel
from channels.certificates import server_context
from channels.later import ReadLater
from channels.mail.sender import CARRIAGE, sender_of, weaknesses_of
from channels.smtp.options import Options, Tls
from channels.smtp.receive import SmtpReceiver
from domain.errors import ConfigError, Mistake, Position
from domain.ports import Decode


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError when the certificate or the relay's password cannot be read."""
    mailbox = options.mailbox
    return Channel(
        name=context.name,
        kind="smtp",
        decode=ReadLater(partial(_decoder, options)),
        receiver=SmtpReceiver(
            channel=context.name,
            hostname=context.hostname,
            options=options,
            base=context.base,
            tls=_tls_context(options.tls, context.base) if options.tls else None,
        ),
        sender=sender_of(options, context),
        carriage=CARRIAGE,
        weaknesses=weaknesses_of(options),
        mailbox=mailbox,
    )


def _decoder(options: Options) -> Decode:
    from channels.smtp.decode import decoder  # noqa: PLC0415 - channels/later.py

    return decoder(options.mailbox, options.trust, options.monitors)


def _tls_context(tls: Tls, base: Path) -> ssl.SSLContext:
    try:
        return server_context(base / tls.certificate, base / tls.key)
    except (OSError, ssl.SSLError) as error:
        mistake = Mistake(
            Position(str(tls.certificate), 1, 1),
            "the certificate and its key cannot be used: %(why)s",
            {"why": str(error)},
        )
        raise ConfigError([mistake]) from error
