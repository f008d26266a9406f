"""Signed JSON from chat systems, forms and applications: Standard Webhooks in, Standard Webhooks back."""

from functools import partial

from channels.base import BuildContext, Channel
from channels.fields import signing_keys
from channels.json_door import Door
from channels.later import ReadLater
from channels.proofs import unsigned
from channels.signed_reply import CARRIAGE, ReplySender
from channels.signing import standard_webhooks
from channels.sources import at
from channels.weaknesses import UNSIGNED
from channels.webhook.options import Options
from domain.ports import Decode

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    place = f"channels.{context.name}"
    keys = signing_keys(options.secrets, context.reveal, f"{place}.secrets")
    prove = unsigned if options.unsigned else standard_webhooks(keys)
    door = Door(channel=context.name, prove=prove, max_body=options.max_body, source_of=at("sender", "id"))
    return Channel(
        name=context.name,
        kind="webhook",
        decode=ReadLater(partial(_decoder, options)),
        weaknesses=(UNSIGNED,) if options.unsigned else (),
        routes=door.routes,
        sender=_sender(options, context, f"{place}.reply.secret"),
        carriage=CARRIAGE,
    )


def _decoder(options: Options) -> Decode:
    from channels.webhook.decode import decode  # noqa: PLC0415 - channels/later.py

    return partial(
        decode,
        answers=options.reply is not None,
        vouches=frozenset(options.vouches),
        authentic=not options.unsigned,
    )


def _sender(options: Options, context: BuildContext, where: str) -> ReplySender | None:
    reply = options.reply
    if reply is None:
        return None
    (key,) = signing_keys([reply.secret], context.reveal, where)
    return ReplySender(url=reply.url, key=key, seconds=reply.timeout.total_seconds(), outward=context.outward)
