"""`balcao journal export` without an ID, and `import`: the whole journal, from one engine to another."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from domain.raw import Fate
from ingest import journal_file
from ingest.commands.databases import with_journal
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.shape import command
from ingest.commands.shell import Shell, say, warn
from ingest.journal_file import STANDARD, Copied
from ingest.presentation.progress import progress
from ingest.translations import N_, _, in_words
from store.journal import WholeJournal
from store.journal_dump import Broken


def export_all(shell: Shell, output: str | None) -> None:
    """To a file that appears when it is whole, or to standard output."""
    name = output or STANDARD
    if name == STANDARD and sys.stdout.isatty():
        raise Unusable(_("the whole journal is no text for a terminal: name a file with -o, or give an ID"))
    if name != STANDARD and Path(name).exists():
        raise Unusable(_("%(file)s exists already") % {"file": name})
    draft = name if name == STANDARD else _draft_of(name)
    try:
        with progress(_("Exporting"), None, wanted=not shell.as_json) as told:
            done = with_journal(shell.settings, lambda journal: _export(shell, journal, draft, told))
        if draft != name:
            Path(draft).replace(name)
    finally:
        if draft != name:
            Path(draft).unlink(missing_ok=True)
    if name == STANDARD:
        return
    document = {"file": name, "entries": done.entries, "damaged": done.damaged, "sha256": done.sha256}
    shell.answer(
        document, lambda: say(_("%(file)s: %(entries)s entries, %(damaged)s of them damaged before") % document)
    )


def _draft_of(name: str) -> str:
    """The same ending: it says how it is packed."""
    path = Path(name)
    return str(path.with_name(f".part-{path.name}"))


async def _export(shell: Shell, journal: WholeJournal, name: str, told: Callable[[int], object]) -> Copied:
    if shell.settings.broker is not None and (waiting := (await journal.counts())[Fate.WAITING]):
        text = _("%(count)s entries wait in the queues: stop receive and web, let work file them, then export")
        raise Wrong(text % {"count": waiting})
    with journal_file.opened(name, "wb") as out:
        if name != STANDARD:
            Path(name).chmod(0o600)  # noqa: ASYNC240 - a command, nobody else waits
        return await journal_file.export(journal, out, datetime.now(UTC), told)


@command(
    None,
    "import",
    help=N_("Bring an exported journal into this one; what is there already stays as it is. - is standard input."),
    example="balcao journal import journal.jsonl.gz -c new.yaml\n"
    "balcao journal export -c old.yaml -o - | balcao journal import -c new.yaml -",
)
@click.argument("file", metavar="FILE")
def import_all(shell: Shell, file: str) -> None:
    """Exit 1 when the file is not what was exported: nothing is written then, unless it came by standard input."""
    if file != STANDARD and not Path(file).exists():
        raise Unusable(_("there is no file %(file)s") % {"file": file})
    try:
        total = None if file == STANDARD else _verified(shell, file)
        with progress(_("Importing"), total, wanted=not shell.as_json) as told:
            done = with_journal(shell.settings, lambda journal: _import(shell, journal, file, told))
    except Broken as error:
        raise Wrong(in_words(error.text, error.values)) from error
    document: dict[str, Any] = {
        "file": file, "entries": done.entries, "new": done.new, "known": done.known, "damaged": done.damaged,
        "sha256": done.sha256,
    }  # fmt: skip
    shell.answer(document, lambda: say(_("%(entries)s entries: %(new)s new, %(known)s known already") % document))
    if done.damaged:
        warn([_("%(damaged)s entries were damaged before; they are quarantined when read") % document])


def _verified(shell: Shell, file: str) -> int:
    with progress(_("Verifying"), None, wanted=not shell.as_json) as told:
        told(0)
        return journal_file.verify(Path(file)).entries


async def _import(shell: Shell, journal: WholeJournal, file: str, told: Callable[[int], object]) -> Copied:
    with journal_file.opened(file, "rb") as stream:
        return await journal_file.bring_in(journal, stream, by_queue=shell.settings.broker is not None, told=told)
