"""Messenger and Instagram by Meta's Messenger Platform: webhook in, `/me/messages` out, files from Meta's hosts."""

from functools import partial

from channels.base import BuildContext, Channel
from channels.graph.client import GraphClient
from channels.graph.door import routes
from channels.messenger.decode import decode
from channels.messenger.fetch import MessengerFetcher
from channels.messenger.files import CARRIAGE
from channels.messenger.options import Options
from channels.messenger.send import MessengerSender
from channels.sources import at

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing."""
    tokens = {account.id: context.reveal(account.token) for account in options.accounts}
    client = GraphClient(api=options.api, seconds=options.timeout.total_seconds(), outward=context.outward)
    return Channel(
        name=context.name,
        kind="messenger",
        decode=partial(decode, accounts=frozenset(tokens)),
        routes=routes(
            channel=context.name,
            secrets=[context.reveal(reference) for reference in options.secrets],
            verify_token=context.reveal(options.verify_token),
            max_body=options.max_body,
            source_of=at("entry", 0, "messaging", 0, "sender", "id"),
        ),
        sender=MessengerSender(client, tokens, human_agent=options.human_agent) if tokens else None,
        carriage=CARRIAGE,
        fetcher=MessengerFetcher(options.api),
    )
