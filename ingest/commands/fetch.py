"""`balcao tickets fetch`: files that could not be fetched are tried again, for example after a password was mended."""

from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from ingest.commands.databases import write_store
from ingest.commands.failures import Wrong
from ingest.commands.numbers import NUMBER, no_ticket
from ingest.commands.shape import command
from ingest.commands.shell import Shell, say
from ingest.commands.who import person
from ingest.presentation.clean import line
from ingest.translations import N_, _
from store import remote_files, replying


@command(
    None,
    "fetch",
    help=N_("Have the files of a ticket that could not be fetched tried again; the daemon does it."),
    example="balcao tickets fetch 123",
)
@click.argument("number", metavar="N", type=NUMBER)
def fetch(shell: Shell, number: int) -> None:
    who = person()
    names = write_store(shell.settings, lambda connection: _retry(connection, number, who))
    shell.answer({"number": number, "who": who, "files": names}, lambda: _say(number, names))


def _retry(connection: Connection, number: int, who: str) -> list[str]:
    if replying.state_of(connection, number) is None:
        raise no_ticket(number)
    names = remote_files.retry(connection, number, who, datetime.now(UTC))
    if not names:
        raise Wrong(_("no file of ticket %(number)s has failed") % {"number": number})
    return names


def _say(number: int, names: list[str]) -> None:
    for name in names:
        say(_("Ticket %(number)s: %(file)s is fetched again") % {"number": number, "file": line(name)})
