"""WhatsApp by Meta's Cloud API: webhook in, `/{phone_number_id}/messages` out, media by their ids."""

from functools import partial

from channels.base import BuildContext, Channel
from channels.graph.client import GraphClient
from channels.graph.door import routes
from channels.graph.fetch import MediaFetcher
from channels.sources import at
from channels.whatsapp.decode import decode
from channels.whatsapp.files import CARRIAGE
from channels.whatsapp.options import Options
from channels.whatsapp.send import WhatsAppSender

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing."""
    token = context.reveal(options.token)
    seconds, outward = options.timeout.total_seconds(), context.outward
    return Channel(
        name=context.name,
        kind="whatsapp",
        decode=partial(decode, numbers=frozenset(options.numbers), template=options.template is not None),
        routes=routes(
            channel=context.name,
            secrets=[context.reveal(reference) for reference in options.secrets],
            verify_token=context.reveal(options.verify_token),
            max_body=options.max_body,
            source_of=at("entry", 0, "changes", 0, "value", "messages", 0, "from"),
        ),
        sender=WhatsAppSender(GraphClient(api=options.api, seconds=seconds, outward=outward), token, options.template),
        carriage=CARRIAGE,
        fetcher=MediaFetcher(GraphClient(api=options.api, seconds=seconds, outward=outward), token, options.api),
    )
