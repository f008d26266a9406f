"""`balcao decode`: what a channel reads out of a captured payload. Touches no database."""

from pathlib import Path
from typing import Any

import click

from channels.presentation import decoded_as_json
from domain.errors import Undecodable
from domain.ports import Decode
from domain.raw import RawInteraction
from ingest.commands.captured import decoder, read_capture
from ingest.commands.failures import AlreadySaid
from ingest.commands.files import STANDARD_INPUT, largest_message
from ingest.commands.shape import command
from ingest.commands.shell import Shell, print_json
from ingest.presentation.decoded import show_decoded
from ingest.translations import N_


@command(
    None,
    "decode",
    help=N_(
        "Show what a channel reads out of captured payloads (- is standard input). KIND is a kind of channel, or "
        "the name of one in the settings. FILE.envelope.json, if it is there, tells what the transport knew."
    ),
    example="balcao decode --channel smtp mail.eml\nbalcao decode --channel webhook --json - < body.json",
)
@click.option("--channel", metavar="KIND", required=True, help=N_("Kind of channel, or a channel of the settings."))
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
def decode(shell: Shell, channel: str, files: tuple[str, ...]) -> None:
    """Exit 1 when one of them cannot be read by the channel; the others are shown all the same."""
    decode_one = decoder(shell, channel)
    for file in files:
        _must_be_readable(file)
    most = largest_message(shell)
    all_read = True
    for file in files:
        document = _read(decode_one, read_capture(file, channel, most))
        all_read = all_read and "undecodable" not in document
        if shell.as_json:
            print_json(document, indent=2 if len(files) == 1 else None)
        else:
            show_decoded(file, document)
    if not all_read:
        raise AlreadySaid("")


def _read(decode_one: Decode, raw: RawInteraction) -> Any:
    try:
        return decoded_as_json(decode_one(raw))
    except Undecodable as error:
        return {"undecodable": str(error)}


def _must_be_readable(file: str) -> None:
    """A name misspelled is told before anything is printed; a pipe can be opened once only. Raises OSError."""
    if file != STANDARD_INPUT and not Path(file).is_fifo():
        with Path(file).open("rb"):
            pass
