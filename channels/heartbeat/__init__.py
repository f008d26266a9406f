"""Systems that must report every so often: by an address that only they know, or by a signed post."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from channels.base import BuildContext, Channel
from channels.fields import secret_bytes, signing_keys
from channels.heartbeat.decode import decode
from channels.heartbeat.door import Pings
from channels.heartbeat.options import Options, System
from channels.json_door import Door
from channels.signing import standard_webhooks
from domain.errors import N_, ConfigError, Mistake, Position
from domain.heartbeat import Watched
from domain.ports import Intake

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a token that is missing, too short, or another system's as well."""
    watched = tuple(_watched(name, system) for name, system in options.systems.items())
    pings = Pings(channel=context.name, names=_tokens(options, context), max_body=options.max_body)
    keys = signing_keys(options.secrets, context.reveal, f"channels.{context.name}.secrets")
    door = Door(channel=context.name, prove=standard_webhooks(keys), max_body=options.max_body) if keys else None

    def routes(intake: Intake) -> Sequence[web.RouteDef]:
        return [*(door.routes(intake) if door else ()), *pings.routes(intake)]

    return Channel(
        name=context.name,
        kind="heartbeat",
        decode=partial(decode, watched={one.name: one for one in watched}),
        routes=routes,
        watched=watched,
    )


def _watched(name: str, system: System) -> Watched:
    return Watched(
        name=name,
        title=system.name or name,
        every=system.every,
        grace=system.grace,
        severity=system.severity,
        summary=system.summary,
        labels=tuple(sorted(system.labels.items())),
        runbook=system.runbook,
    )


def _tokens(options: Options, context: BuildContext) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, system in options.systems.items():
        if system.token is None:
            continue
        where = f"channels.{context.name}.systems.{name}.token"
        token = secret_bytes(system.token, context.reveal, where)
        other = next((one for one, known in found.items() if known == token), None)
        if other is not None:
            text = N_("the systems %(one)s and %(other)s have the same token: nobody could tell which one reports")
            raise ConfigError([Mistake(Position(where, 1, 1), text, {"one": other, "other": name})])
        found[name] = token
    return found
