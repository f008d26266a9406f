"""Channels that only read what is kept in a file: by their kind, or as the settings have them."""

from collections.abc import Iterable

from channels import KINDS
from channels.base import Channel
from domain.ports import Decode
from domain.raw import RawInteraction
from ingest.commands.failures import Unusable
from ingest.commands.files import STANDARD_INPUT, message_in
from ingest.commands.shell import Shell
from ingest.payloads import channel_of_kind, envelope_of, raw_of, unused_secret
from ingest.translations import _


def decoder(shell: Shell, channel: str) -> Decode:
    """How `channel` reads. Raises Unusable and ConfigError.

    The name of a kind is that kind with its default options, unless -c names settings with a channel of this name.
    """
    if channel in KINDS and not (shell.config and channel in shell.settings.channels):
        return channel_of_kind(channel).decode
    if not shell.config_path.exists():
        raise _unknown(channel, ())
    return _configured(shell, channel).decode


def read_capture(file: str, channel: str, most: int) -> RawInteraction:
    """The payload in `file`, or on standard input, of at most so many bytes, with the envelope beside it.

    Raises Unusable and OSError, and ConfigError for a bad envelope.
    """
    return raw_of(message_in(file, most), channel, {} if file == STANDARD_INPUT else envelope_of(file))


def _configured(shell: Shell, channel: str) -> Channel:
    from ingest.wiring import build_channel  # noqa: PLC0415 - a kind alone needs none of the wiring

    block = shell.settings.channels.get(channel)
    if block is None:
        raise _unknown(channel, shell.settings.channels)
    return build_channel(block, shell.settings, reveal=unused_secret)


def _unknown(channel: str, configured: Iterable[str]) -> Unusable:
    known = ", ".join(sorted({*KINDS, *configured}))
    return Unusable(_("there is no channel or kind %(name)s; known are: %(known)s") % {"name": channel, "known": known})
