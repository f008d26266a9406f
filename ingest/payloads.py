"""Captured messages kept in files, read by the channel kind that would have received them. No network, no database.

mail.eml                    the bytes as the transport handed them over
mail.eml.envelope.json      what it knew beside them (optional): mail_from, rcpt_to, headers, received_at, …

A test of a rule file may name such a file beside it; what the test itself says of the message replaces what the
channel read.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels import KINDS, load_kind
from channels.base import BuildContext, Channel
from config.binding import bind
from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, Sequence
from domain.errors import N_, ConfigError, Mistake, Position, Undecodable, reason_of
from domain.facts import Facts
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction
from triage.rules import Case, Payload
from triage.snapshot import facts_of

SIDECAR = ".envelope.json"
MAIL = "smtp"
MAX_BYTES = 50_000_000
NO_FILE = Position("-", 1, 1)


def unused_secret(reference: str) -> str:
    """Reading a payload proves nothing about its sender, so any key will do; each reference has its own, as in life."""
    return f"whsec_{base64.b64encode(hashlib.sha256(reference.encode()).digest()).decode('ascii')}"


REQUIRED: Mapping[str, Node] = {
    "secrets": Sequence((Scalar("env:UNUSED", NO_FILE),), NO_FILE),
    "applications": MappingNode(
        (
            (
                Scalar("app", NO_FILE),
                MappingNode(((Scalar("keys", NO_FILE), Sequence((Scalar("env:UNUSED", NO_FILE),), NO_FILE)),), NO_FILE),
            ),
        ),
        NO_FILE,
    ),
    "host": Scalar("localhost", NO_FILE),
    "username": Scalar("nobody", NO_FILE),
    "password": Scalar("env:UNUSED", NO_FILE),
    "verify_token": Scalar("env:UNUSED", NO_FILE),
    "token": Scalar("env:UNUSED", NO_FILE),
}
"""What some kinds demand in their options, though decoding needs none of it."""


def facts_of_case(case: Case) -> Facts:
    """What the rules see in a test. Raises ConfigError for a payload that cannot be had, Undecodable for a bad one."""
    if case.payload is None:
        return case.facts
    decoded = _facts_in(case.payload)
    given = {one.name: getattr(case.facts, one.name) for one in fields(Facts) if one.name in case.payload.given}
    return replace(
        decoded,
        **{
            **given,
            "traits": {**decoded.traits, **case.facts.traits},
            "headers": {**decoded.headers, **case.facts.headers},
        },
    )


def channel_of_kind(kind: str) -> Channel:
    """A channel of this kind with its default options, to read with."""
    module = load_kind(kind)
    asked = [name for name in REQUIRED if name in module.Options.model_fields]
    entries = tuple((Scalar(name, NO_FILE), REQUIRED[name]) for name in asked)
    context = BuildContext(name=kind, base=Path(), var=Path("var"), hostname="localhost", reveal=unused_secret)
    channel: Channel = module.build(bind(module.Options, MappingNode(entries, NO_FILE)), context)
    return channel


def captured(file: Path, channel: str) -> RawInteraction:
    """The payload in `file` with the envelope beside it. Raises OSError, and ConfigError for a bad envelope."""
    return raw_of(file.read_bytes(), channel, envelope_of(file))


def raw_of(payload: bytes, channel: str, envelope: dict[str, Any]) -> RawInteraction:
    return RawInteraction(
        channel=channel,
        dedup_key=hashlib.sha256(payload).hexdigest(),
        received_at=_received_at(envelope),
        payload=payload,
        envelope=envelope,
    )


def _facts_in(payload: Payload) -> Facts:
    kind = _kind_of(payload)
    file = _beside(payload)
    try:
        raw = captured(file, payload.channel)
    except OSError as error:
        raise _mistake(payload, N_("%(file)s cannot be read: %(reason)s"), reason=reason_of(error)) from None
    decoded = channel_of_kind(kind).decode(raw)
    if isinstance(decoded, Ignored):
        raise Undecodable(decoded.reason)
    message = next((one for one in decoded if isinstance(one, Interaction)), None)
    if message is None:
        raise Undecodable("no message")
    return facts_of(message)


def _kind_of(payload: Payload) -> str:
    if payload.channel in KINDS:
        return payload.channel
    if payload.file.casefold().endswith(".eml"):
        return MAIL
    known = ", ".join(sorted(KINDS))
    raise _mistake(payload, N_("say with `channel` which kind reads %(file)s; known are: %(known)s"), known=known)


def _beside(payload: Payload) -> Path:
    """The file, which lies in the folder of the file that names it or below. Links out of it lead nowhere."""
    folder = Path(os.path.realpath(Path(payload.position.file).parent))
    file = Path(os.path.realpath(folder / payload.file))
    if not file.is_relative_to(folder):
        raise _mistake(payload, N_("%(file)s lies outside the folder of this file"))
    if not file.is_file():
        raise _mistake(payload, N_("there is no file %(file)s beside this one"))
    if file.stat().st_size > MAX_BYTES:
        raise _mistake(payload, N_("%(file)s has more than %(limit)s bytes"), limit=MAX_BYTES)
    return file


def _mistake(payload: Payload, text: str, **values: object) -> ConfigError:
    return ConfigError([Mistake(payload.position, text, {"file": payload.file, **values})])


def envelope_of(file: Path | str) -> dict[str, Any]:
    """What the transport knew, if it lies beside the payload. Raises OSError and ConfigError."""
    sidecar = Path(f"{file}{SIDECAR}")
    if not sidecar.is_file():
        return {}
    place = Position(str(sidecar), 1, 1)
    try:
        envelope = json.loads(sidecar.read_bytes())
    except json.JSONDecodeError as error:
        place = Position(str(sidecar), error.lineno, error.colno)
        raise ConfigError([Mistake(place, "this is not JSON: %(problem)s", {"problem": error.msg})]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError([Mistake(place, "this is not JSON: %(problem)s", {"problem": str(error)})]) from error
    if not isinstance(envelope, dict):
        raise ConfigError([Mistake(place, "an envelope is a JSON object")])
    return envelope


def _received_at(envelope: dict[str, Any]) -> datetime:
    """Out of the envelope, where `journal export` put it; else now."""
    try:
        moment = datetime.fromisoformat(envelope.pop("received_at"))
    except (KeyError, TypeError, ValueError):
        return datetime.now(UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
