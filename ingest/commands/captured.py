"""Payloads kept in files, and channels that only read them: no database, no network, no real secrets.

mail.eml                    the bytes as the transport handed them over
mail.eml.envelope.json      what it knew beside them (optional): mail_from, rcpt_to, headers, received_at, …
"""

import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels import KINDS, load_kind
from channels.base import BuildContext, Channel
from config.binding import bind
from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, Sequence
from domain.errors import ConfigError, Mistake, Position
from domain.ports import Decode
from domain.raw import RawInteraction
from ingest.commands.failures import Unusable
from ingest.commands.shell import Shell
from ingest.translations import _

SIDECAR = ".envelope.json"
STANDARD_INPUT = "-"
NO_FILE = Position("-", 1, 1)
UNUSED_SECRET = f"whsec_{base64.b64encode(bytes(32)).decode('ascii')}"
"""Reading a payload proves nothing about its sender, so any key will do."""

REQUIRED: Mapping[str, Node] = {"secrets": Sequence((Scalar("env:UNUSED", NO_FILE),), NO_FILE)}
"""What some kinds demand in their options, though decoding needs none of it."""


def decoder(shell: Shell, channel: str) -> Decode:
    """How `channel` reads. Raises Unusable and ConfigError.

    The name of a kind is that kind with its default options, unless -c names settings with a channel of this name.
    """
    if channel in KINDS and not (shell.config and channel in shell.settings.channels):
        return _of_kind(channel).decode
    if not shell.config_path.exists():
        raise _unknown(channel, ())
    return _configured(shell, channel).decode


def read_capture(file: str, channel: str) -> RawInteraction:
    """The payload in `file` with the envelope beside it. Raises OSError, and ConfigError for a bad envelope."""
    given = file == STANDARD_INPUT
    payload: bytes = sys.stdin.buffer.read() if given else Path(file).read_bytes()
    envelope = {} if given else _envelope_of(Path(f"{file}{SIDECAR}"))
    return RawInteraction(
        channel=channel,
        dedup_key=hashlib.sha256(payload).hexdigest(),
        received_at=_received_at(envelope),
        payload=payload,
        envelope=envelope,
    )


def _configured(shell: Shell, channel: str) -> Channel:
    from ingest.wiring import build_channel  # noqa: PLC0415 - a kind alone needs none of the wiring

    block = shell.settings.channels.get(channel)
    if block is None:
        raise _unknown(channel, shell.settings.channels)
    return build_channel(block, shell.settings, reveal=lambda _reference: UNUSED_SECRET)


def _of_kind(kind: str) -> Channel:
    module = load_kind(kind)
    required = [name for name, field in module.Options.model_fields.items() if field.is_required()]
    entries = tuple((Scalar(name, NO_FILE), REQUIRED[name]) for name in required if name in REQUIRED)
    context = BuildContext(
        name=kind, base=Path(), var=Path("var"), hostname="localhost", reveal=lambda _reference: UNUSED_SECRET
    )
    channel: Channel = module.build(bind(module.Options, MappingNode(entries, NO_FILE)), context)
    return channel


def _unknown(channel: str, configured: Iterable[str]) -> Unusable:
    known = ", ".join(sorted({*KINDS, *configured}))
    return Unusable(_("there is no channel or kind %(name)s; known are: %(known)s") % {"name": channel, "known": known})


def _envelope_of(sidecar: Path) -> dict[str, Any]:
    if not sidecar.exists():
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
