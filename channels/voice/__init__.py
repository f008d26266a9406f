"""Calls as telephone systems tell of them: signed events, call records, live events."""

from functools import partial
from zoneinfo import ZoneInfo

from channels.base import BuildContext, Channel
from channels.fields import signing_keys
from channels.json_door import Door
from channels.signing import standard_webhooks
from channels.voice.decode import decode
from channels.voice.options import Options
from channels.voice.plan import Habits
from channels.voice.telling import tell
from domain.call_desk import CallDesk

__all__ = ["Options", "build"]

HOME = ZoneInfo("America/Sao_Paulo")


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    keys = signing_keys(options.secrets, context.reveal, f"channels.{context.name}.secrets")
    door = Door(channel=context.name, prove=standard_webhooks(keys), max_body=options.max_body)
    zone = ZoneInfo(options.timezone) if options.timezone else None
    return Channel(
        name=context.name,
        kind="voice",
        decode=partial(decode, habits=Habits(zone=zone, area_code=options.area_code)),
        routes=door.routes,
        calls=CallDesk(
            tell=partial(tell, channel=context.name),
            patience=options.ringing,
            window=options.window,
            zone=zone or HOME,
        ),
    )
