"""Channels that only read what is kept in a file: by their kind, or as the settings have them."""

import sys
from collections.abc import Iterable
from pathlib import Path

from channels import KINDS
from channels.base import Channel
from domain.ports import Decode
from domain.raw import RawInteraction
from ingest.commands.failures import Unusable
from ingest.commands.shell import Shell
from ingest.payloads import captured, channel_of_kind, raw_of, unused_secret
from ingest.translations import _

STANDARD_INPUT = "-"


def decoder(shell: Shell, channel: str) -> Decode:
    """How `channel` reads. Raises Unusable and ConfigError.

    The name of a kind is that kind with its default options, unless -c names settings with a channel of this name.
    """
    if channel in KINDS and not (shell.config and channel in shell.settings.channels):
        return channel_of_kind(channel).decode
    if not shell.config_path.exists():
        raise _unknown(channel, ())
    return _configured(shell, channel).decode


def read_capture(file: str, channel: str) -> RawInteraction:
    """The payload in `file`, or on standard input. Raises OSError, and ConfigError for a bad envelope."""
    if file == STANDARD_INPUT:
        return raw_of(sys.stdin.buffer.read(), channel, {})
    return captured(Path(file), channel)


def _configured(shell: Shell, channel: str) -> Channel:
    from ingest.wiring import build_channel  # noqa: PLC0415 - a kind alone needs none of the wiring

    block = shell.settings.channels.get(channel)
    if block is None:
        raise _unknown(channel, shell.settings.channels)
    return build_channel(block, shell.settings, reveal=unused_secret)


def _unknown(channel: str, configured: Iterable[str]) -> Unusable:
    known = ", ".join(sorted({*KINDS, *configured}))
    return Unusable(_("there is no channel or kind %(name)s; known are: %(known)s") % {"name": channel, "known": known})
