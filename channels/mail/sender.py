"""Mail options into a Sender: the relay where one is configured, else files."""

from channels.authorities import trusting
from channels.base import BuildContext, utc_now
from channels.mail.directory import DirectorySender
from channels.mail.options import MailOptions
from channels.mail.relay import RelaySender
from channels.weaknesses import UNPROVED, in_the_open
from domain.outgoing import Carriage
from domain.ports import Sender

CARRIAGE = Carriage(apart=False, largest=20_000_000, together=20_000_000)
"""base64 makes a third more of them, and few servers take more than 25 to 30 MB."""


def sender_of(options: MailOptions, context: BuildContext) -> Sender:
    """Raises ConfigError when the relay's password, or the certificates of its `ca`, cannot be read."""
    relay = options.relay
    if relay is None:
        return DirectorySender(context.var / options.outgoing, options.mailbox, utc_now)
    password = context.reveal(relay.password) if relay.password else None
    tls = None if relay.tls == "none" else trusting(relay.ca, context.base)
    return RelaySender(relay, options.mailbox, hostname=context.hostname, password=password, tls=tls, now=utc_now)


def weaknesses_of(options: MailOptions) -> tuple[str, ...]:
    relay, monitoring = options.relay, options.monitoring
    found = (UNPROVED,) if monitoring is not None and monitoring.unproved else ()
    if relay is None:
        return found
    return (*found, *in_the_open(host=relay.host, encrypted=relay.tls != "none", password=relay.password))
