"""`balcao tickets reply`: an agent's words to the customer of a ticket, by the road the customer came."""

import asyncio
import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Connection

from domain.interaction import Attachment
from domain.mailbox import destination_of
from domain.outgoing import MOST_TOGETHER, Carriage
from domain.reply import Answered, Reply
from domain.ticket import State
from ingest.commands.databases import with_store
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.files import read_at_most, words_in
from ingest.commands.numbers import NUMBER, no_ticket
from ingest.commands.shape import command
from ingest.commands.shell import Shell, say, warn
from ingest.commands.who import person
from ingest.payloads import unused_secret
from ingest.presentation.clean import line
from ingest.presentation.reasons import why
from ingest.translations import N_, _
from store import bounces, replying
from store.naming import put_and_name

if TYPE_CHECKING:
    from channels.base import Channel


@command(
    None,
    "reply",
    help=N_("Answer the customer of a ticket; the daemon sends it, the history keeps who wrote it."),
    example='balcao tickets reply 123 --text "Corrigimos o erro, tente de novo."\n'
    "balcao tickets reply 123 --text-file resposta.txt --attach manual.pdf",
)
@click.argument("number", metavar="N", type=NUMBER)
@click.option("--text", metavar="T", help=N_("What to say."))
@click.option("--text-file", metavar="FILE", help=N_("Say what stands in FILE; - is standard input."))
@click.option(
    "--attach", "files", metavar="FILE", multiple=True, help=N_("Send FILE along; may be given several times.")
)
def reply(shell: Shell, number: int, text: str | None, text_file: str | None, files: tuple[str, ...]) -> None:
    said = words_of(text, text_file)
    attachments = _read(files)
    made, failing = _send(shell, number, said, attachments)
    document = {
        "number": number,
        "message": made.number,
        "channel": made.channel,
        "to": made.to,
        "subject": made.subject,
        "message_id": made.message_id,
        "attachments": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in attachments],
        "state": "pending",
        "failing": failing,
    }
    shell.answer(document, lambda: _say(made, failing))


def _send(shell: Shell, number: int, said: str, attachments: Sequence[Attachment]) -> tuple[Reply, bool]:
    from ingest.wiring import build_channels, open_contents, token_key  # noqa: PLC0415 - other commands start without it
    from triage.reply import plan_reply  # noqa: PLC0415 - as above

    settings = shell.settings
    channels = build_channels(settings, reveal=unused_secret)  # nothing is sent from here
    key = token_key(settings)
    contents = open_contents(settings)

    def unit(connection: Connection) -> tuple[Reply, bool]:
        state = replying.state_of(connection, number)
        if state is None:
            raise no_ticket(number)
        answered = _answerable(replying.answered(connection, number), state, channels)
        made = plan_reply(
            answered,
            number=replying.next_number(connection),
            text=said,
            attachments=attachments,
            language=settings.language,
            mailbox=channels[answered.channel].mailbox,
            own=[channel.mailbox for channel in channels.values() if channel.mailbox],
            key=key,
        )
        carriage = channels[answered.channel].carriage
        _check_files(made, carriage)
        apart = carriage is not None and carriage.apart
        replying.record(connection, made, state, person(), datetime.now(UTC), apart=apart)
        return made, bool(bounces.failing(connection, [made.to.casefold()]))

    async def put() -> None:
        await asyncio.to_thread(contents.put_many, [(one.content, one.sha256) for one in attachments])

    return with_store(settings, lambda database: put_and_name(database, put, lambda: database.write(unit)))


def _check_files(made: Reply, carriage: Carriage | None) -> None:
    """Raises Wrong with every file that cannot go along, and why: nothing is sent then."""
    if not made.attachments:
        return
    if carriage is None:
        raise Wrong(_("channel %(name)s carries no files") % {"name": repr(made.channel)})
    found = ((one, carriage.objection_to(made.to, one)) for one in made.attachments)
    refused = [f"{one.name}: {why(reason)}" for one, reason in found if reason is not None]
    if refused:
        raise Wrong(_("nothing was sent, for these files cannot go along: %(files)s") % {"files": "; ".join(refused)})
    if sum(one.size for one in made.attachments) > carriage.together:
        raise Wrong(_("the files are larger than %(most)s MB together") % {"most": carriage.together // 1_000_000})


def _answerable(answered: Answered | None, state: State, channels: "dict[str, Channel]") -> Answered:
    """Raises Wrong, saying why this ticket cannot be answered."""
    if state is State.CLOSED:
        raise Wrong(_("the ticket is closed"))
    if answered is None:
        raise Wrong(_("nobody wrote on this ticket whom one could answer"))
    channel = channels.get(answered.channel)
    if channel is None or not channel.can_send:
        raise Wrong(_("channel %(name)s cannot send") % {"name": repr(answered.channel)})
    if channel.mailbox is not None and destination_of(answered.sender) is None:
        raise Wrong(_("nobody wrote on this ticket whom one could answer"))
    return answered


def words_of(text: str | None, text_file: str | None) -> str:
    """Raises Unusable and OSError."""
    if (text is None) == (text_file is None):
        raise Unusable(_("say what to answer: --text or --text-file, one of them"))
    if text is None:
        assert text_file is not None
        raw = words_in(text_file)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unusable(_("%(file)s is not UTF-8 text") % {"file": text_file}) from error
    if not text.strip():
        raise Unusable(_("there is nothing to say in it"))
    return text.replace("\r\n", "\n")


def _read(files: Sequence[str]) -> list[Attachment]:
    """Raises Unusable and OSError."""
    found = []
    for file in files:
        path = Path(file)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content = read_at_most(file, MOST_TOGETHER, _("no channel carries as much"))
        found.append(Attachment(name=path.name, content_type=kind, content=content, original_name=path.name))
        if sum(one.size for one in found) > MOST_TOGETHER:
            most = MOST_TOGETHER // 1_000_000
            raise Unusable(_("the files are larger than %(most)s MB together") % {"most": most})
    return found


def _say(made: Reply, failing: Any) -> None:
    say(
        _("Ticket %(number)s: reply to %(to)s is on its way (message %(message)s)")
        % {"number": made.ticket, "to": line(made.to), "message": made.number}
    )
    if failing:
        warn([_("%(address)s has failed before: see `balcao tickets show`") % {"address": line(made.to)}])
