"""Files that a person names on the command line: read as far as they may go, whatever they are.

A file, a pipe, a device, `-` for standard input. What does not end (`/dev/zero`, a pipe that nobody closes) costs no
more than what is allowed.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.fields import size_text
from domain.document import Scalar
from domain.errors import BalcaoError
from domain.units import BadValue, parse_size
from ingest.commands.failures import Unusable
from ingest.commands.shell import Shell
from ingest.payloads import MAX_BYTES
from ingest.translations import _

STANDARD_INPUT = "-"
LONGEST_WORDS = 1_000_000
"""Bytes of a text that a person writes."""
_LIMITS = ("max_message", "max_body")


def words_in(file: str) -> bytes:
    """What a person wrote into a file. Raises Unusable and OSError."""
    return read_at_most(file, LONGEST_WORDS, _("is it the right file?"))


def message_in(file: str, most: int) -> bytes:
    """A captured message. Raises Unusable and OSError."""
    return read_at_most(
        file, most, _("no channel accepts as much; where one should, raise its max_message or max_body")
    )


def read_at_most(file: str, most: int, advice: str) -> bytes:
    """Raises Unusable, with `advice`, and OSError."""
    if file == STANDARD_INPUT:
        return _beginning(sys.stdin.buffer, file, most, advice)
    with Path(file).open("rb") as stream:
        return _beginning(stream, file, most, advice)


def largest_message(shell: Shell) -> int:
    """The most that a channel of the settings accepts, and never less than what is captured with usual ones.

    Settings that are not there, or not sound, are another command's trouble: a payload is read without them, too.
    """
    with suppress(BalcaoError, OSError, BadValue):
        given = (block.options.get(name) for block in shell.settings.channels.values() for name in _LIMITS)
        sizes = [parse_size(one.value) for one in given if isinstance(one, Scalar)]
        return max(MAX_BYTES, shell.settings.web.max_body, *sizes)
    return MAX_BYTES


def _beginning(stream: IO[bytes], file: str, most: int, advice: str) -> bytes:
    content = stream.read(most + 1)
    if len(content) > most:
        values = {"file": file, "limit": size_text(most), "advice": advice}
        raise Unusable(_("%(file)s is larger than %(limit)s: %(advice)s") % values)
    return content
