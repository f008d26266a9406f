"""Alerts as monitoring tools post them: several formats at one door, with whatever proof each of them can give."""

from collections.abc import Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from channels.alerts.decode import decode
from channels.alerts.door import at_once, grafana, hexed
from channels.alerts.options import TIMESTAMP, Options
from channels.alerts.plan import Plan
from channels.base import BuildContext, Channel
from channels.fields import secret_bytes, signing_keys
from channels.json_door import Door, Prove
from channels.proofs import any_of, basic, bearer, unsigned
from channels.signing import standard_webhooks
from channels.weaknesses import UNSIGNED
from domain.afterwards import Afterword
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    door = Door(channel=context.name, prove=any_of(list(_proofs(options, context))), max_body=options.max_body)
    return Channel(name=context.name, kind="alerts", decode=partial(_decode, options=options), routes=door.routes,
                   weaknesses=(UNSIGNED,) if options.unsigned else ())  # fmt: skip


def _decode(raw: RawInteraction, *, options: Options) -> Sequence[Interaction | Afterword] | Ignored:
    headers = raw.envelope.get("headers")
    plan = Plan(
        received_at=raw.received_at,
        zone=ZoneInfo(options.timezone),
        labels=options.labels,
        headers=headers if isinstance(headers, dict) else {},
    )
    return decode(raw, source=options.source, plan=plan)


def _proofs(options: Options, context: BuildContext) -> Iterator[Prove]:
    where = f"channels.{context.name}"
    if options.unsigned:
        yield at_once(unsigned)
    if options.secrets:
        yield standard_webhooks(signing_keys(options.secrets, context.reveal, f"{where}.secrets"))
    if options.basic:
        yield at_once(basic(options.basic.user, context.reveal(options.basic.password)))
    if options.bearer:
        secret_bytes(options.bearer, context.reveal, f"{where}.bearer")
        yield at_once(bearer(context.reveal(options.bearer)))
    if options.sentry:
        yield at_once(hexed("Sentry-Hook-Signature", secret_bytes(options.sentry, context.reveal, where)))
    if options.grafana:
        key, header = secret_bytes(options.grafana, context.reveal, where), options.grafana_timestamp
        yield at_once(grafana(key, header or TIMESTAMP, stamped=header is not None))
