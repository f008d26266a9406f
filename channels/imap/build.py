"""Options into a Channel."""

from functools import partial
from pathlib import Path

from channels.authorities import trusting
from channels.base import BuildContext, Channel, utc_now
from channels.imap.client import Marks, Server
from channels.imap.keys import Password, Token
from channels.imap.options import OAuth, Options
from channels.imap.receive import ImapReceiver, Keys
from channels.imap.tokens import Grant, Tokens
from channels.imap.visit import Habits
from channels.later import ReadLater
from channels.mail.sender import CARRIAGE, sender_of, weaknesses_of
from channels.weaknesses import in_the_open
from domain.ports import Decode


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError when a secret or the certificates of `ca` cannot be read."""
    return Channel(
        name=context.name,
        kind="imap",
        decode=ReadLater(partial(_decoder, options)),
        receiver=ImapReceiver(
            channel=context.name,
            server=_server(options, context.base),
            keys=_keys(options, context),
            folders=options.folders,
            habits=_habits(options),
            backfill=context.backfill,
        ),
        sole=f"imap:{options.username}@{options.host}",
        sender=sender_of(options, context),
        carriage=CARRIAGE,
        weaknesses=(
            *weaknesses_of(options),
            *in_the_open(
                host=options.host, encrypted=options.tls != "none", password=options.password or options.oauth
            ),
        ),
        mailbox=options.mailbox,
    )


def _decoder(options: Options) -> Decode:
    from channels.imap.decode import decoder  # noqa: PLC0415 - channels/later.py

    return decoder(options.mailbox, options.trust, options.monitors)


def _server(options: Options, base: Path) -> Server:
    return Server(
        host=options.host,
        port=options.effective_port,
        tls=None if options.tls == "none" else trusting(options.ca, base),
        starttls=options.tls == "starttls",
        timeout=options.timeout.total_seconds(),
    )


def _keys(options: Options, context: BuildContext) -> Keys:
    if options.oauth is not None:
        return Token(username=options.username, tokens=Tokens(_grant(options.oauth, context), outward=context.outward))
    assert options.password is not None
    return Password(username=options.username, password=context.reveal(options.password))


def _grant(oauth: OAuth, context: BuildContext) -> Grant:
    return Grant(
        settings=oauth,
        client_secret=context.reveal(oauth.client_secret) if oauth.client_secret else None,
        refresh_token=context.reveal(oauth.refresh_token) if oauth.refresh_token else None,
    )


def _habits(options: Options) -> Habits:
    return Habits(
        marks=Marks(flag=options.flag, move_to=options.move_to),
        poll=options.poll.total_seconds(),
        idle=options.idle.total_seconds(),
        reconcile=options.reconcile.total_seconds(),
        max_message=options.max_message,
        now=utc_now,
    )
