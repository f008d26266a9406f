"""Signed call events of a telephone system. The phone has no sender: a call cannot be answered in writing."""

from channels.base import BuildContext, Channel
from channels.fields import signing_keys
from channels.json_door import Door
from channels.signing import standard_webhooks
from channels.voice.decode import decode
from channels.voice.options import Options

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    keys = signing_keys(options.secrets, context.reveal, f"channels.{context.name}.secrets")
    door = Door(channel=context.name, prove=standard_webhooks(keys), max_body=options.max_body)
    return Channel(name=context.name, kind="voice", decode=decode, routes=door.routes)
