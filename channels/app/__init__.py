"""The in-app API: an application's users write to us from inside it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from channels.app.decode import decode
from channels.app.door import PATH, ApiDoor
from channels.app.keys import application
from channels.app.options import Options
from channels.base import BuildContext, Channel
from channels.fields import signing_keys
from channels.signed_reply import CARRIAGE, ReplySender
from domain.errors import SendFailed
from domain.outgoing import OutgoingMessage

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    place = f"channels.{context.name}.applications"
    known = [
        application(name, settings, context.reveal, f"{place}.{name}")
        for name, settings in options.applications.items()
    ]
    door = ApiDoor(channel=context.name, applications=known, max_body=options.max_body)
    senders = _senders(options, context, place)
    return Channel(
        name=context.name,
        kind="app",
        decode=partial(decode, applications=options.applications),
        routes=door.routes,
        path=PATH,
        sender=_Switch(senders) if senders else None,
        carriage=CARRIAGE,
    )


def _senders(options: Options, context: BuildContext, place: str) -> dict[str, ReplySender]:
    senders = {}
    for name, settings in options.applications.items():
        if settings.reply is not None:
            (key,) = signing_keys([settings.reply.secret], context.reveal, f"{place}.{name}.reply.secret")
            seconds = settings.reply.timeout.total_seconds()
            senders[name] = ReplySender(url=settings.reply.url, key=key, seconds=seconds, outward=context.outward)
    return senders


class _Switch:
    """Implements domain.ports.Sender: `portal/u-77` is user u-77 of the application `portal`."""

    def __init__(self, senders: Mapping[str, ReplySender]) -> None:
        self._senders = senders

    async def send(self, message: OutgoingMessage) -> str:
        name, _, user = message.to.partition("/")
        sender = self._senders.get(name)
        if sender is None:
            raise SendFailed(f"the application {name[:40]!r} has no reply URL", permanent=True)
        return await sender.send(replace(message, to=user))

    async def close(self) -> None:
        for sender in self._senders.values():
            await sender.close()
