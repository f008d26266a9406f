"""`balcao tickets note`: what an agent has to say of a ticket, to colleagues alone."""

from datetime import UTC, datetime

import click

from ingest.calling import WITHOUT_NOTES
from ingest.commands.databases import write_store
from ingest.commands.numbers import NUMBER, no_ticket
from ingest.commands.reply import words_of
from ingest.commands.shape import command
from ingest.commands.shell import Shell, say
from ingest.commands.who import person
from ingest.translations import N_, _
from store import noting


@command(
    None,
    "note",
    help=N_("Write a note on a ticket, such as what was said in a call; nobody is sent anything."),
    example='balcao tickets note 123 --text "Quer a segunda via; mandei por e-mail." --solve\n'
    "balcao tickets note 123 --text-file anotacoes.txt",
)
@click.argument("number", metavar="N", type=NUMBER)
@click.option("--text", metavar="T", help=N_("What to note."))
@click.option("--text-file", metavar="FILE", help=N_("Note what stands in FILE; - is standard input."))
@click.option("--solve", is_flag=True, help=N_("The ticket is solved with it."))
def note(shell: Shell, number: int, text: str | None, text_file: str | None, solve: bool) -> None:  # noqa: FBT001 - click gives flags so
    who = person()
    written = noting.Note(
        ticket=number,
        text=words_of(text, text_file),
        who=who,
        done_with=frozenset(WITHOUT_NOTES.values()),
        solve=solve,
    )
    message = write_store(shell.settings, lambda connection: noting.write(connection, written, datetime.now(UTC)))
    if message is None:
        raise no_ticket(number)
    values = {"number": number, "message": message}
    shell.answer(
        {**values, "who": who, "solved": solve},
        lambda: say(_("Ticket %(number)s: noted (message %(message)s)") % values),
    )
