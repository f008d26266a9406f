"""Calls as telephone systems tell of them: signed events, call records, live events."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from channels.base import BuildContext, Channel, Routes
from channels.fields import signing_keys
from channels.json_door import Door, Prove
from channels.signing import standard_webhooks
from channels.voice.ami import AmiReceiver
from channels.voice.decode import decode
from channels.voice.door import any_of, basic, bearer, opened, takes, twilio
from channels.voice.options import Options
from channels.voice.plan import HOME, Habits
from channels.voice.receivers import Together
from channels.voice.tail import TailReceiver
from channels.voice.telling import tell
from domain.call_desk import CallDesk
from domain.ports import Receiver

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    zone = ZoneInfo(options.timezone) if options.timezone else None
    habits = Habits(source=options.source, zone=zone, area_code=options.area_code)
    return Channel(
        name=context.name,
        kind="voice",
        decode=partial(decode, habits=habits),
        receiver=_receiver(options, context),
        routes=_routes(options, context),
        calls=CallDesk(
            tell=partial(tell, channel=context.name),
            patience=options.ringing,
            window=options.window,
            zone=zone or HOME,
        ),
    )


def _routes(options: Options, context: BuildContext) -> Routes | None:
    proofs = list(_proofs(options, context))
    if not proofs:
        return None
    door = Door(channel=context.name, prove=any_of(proofs), max_body=options.max_body, takes=takes, opened=opened)
    return door.routes


def _proofs(options: Options, context: BuildContext) -> Iterator[Prove]:
    if options.basic:
        yield basic(options.basic.user, context.reveal(options.basic.password))
    if options.bearer:
        yield bearer(context.reveal(options.bearer))
    if options.twilio:
        yield twilio(context.reveal(options.twilio.token), options.twilio.public_url)
    if options.secrets:
        keys = signing_keys(options.secrets, context.reveal, f"channels.{context.name}.secrets")
        yield standard_webhooks(keys)


def _receiver(options: Options, context: BuildContext) -> Receiver | None:
    found: list[Receiver] = []
    if options.ami:
        ami = options.ami
        secret = context.reveal(ami.secret)
        found.append(
            AmiReceiver(channel=context.name, host=ami.host, port=ami.port, user=ami.user, secret=secret, tls=ami.tls)
        )
    if options.watch:
        pattern = context.base / Path(options.watch.files)
        found.append(TailReceiver(channel=context.name, pattern=pattern, from_start=context.backfill is not None))
    return None if not found else found[0] if len(found) == 1 else Together(tuple(found))
