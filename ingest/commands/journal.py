"""`balcao journal …`: what was received, and what a person does about what went wrong."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from domain.errors import IntakeUnavailable
from domain.raw import Fate, JournalEntry
from ingest.commands.databases import with_journal
from ingest.commands.failures import AlreadySaid, Unusable, Wrong
from ingest.commands.journal_transfer import export_all, import_all
from ingest.commands.shape import OneOf, command, group, limit_option
from ingest.commands.shell import Shell, print_bytes, say, say_written, stdout_is_terminal, warn
from ingest.presentation.clean import line
from ingest.presentation.journal import head_of, show_entries, show_entry
from ingest.presentation.moments import iso
from ingest.translations import N_, _
from store.journal import WholeJournal

SIDECAR = ".envelope.json"

journal = group("journal", help=N_("Look at what was received; retry or discard it."))


@command(
    journal,
    "list",
    help=N_("List entries, newest first."),
    example="balcao journal list --fate quarantined",
)
@click.option("--fate", type=OneOf([fate.value for fate in Fate]), help=N_("Only entries with this fate."))
@limit_option
def list_entries(shell: Shell, fate: str | None, limit: int) -> None:
    wanted = Fate(fate) if fate else None
    asks_broker = shell.settings.broker is not None and wanted in {None, Fate.WAITING}

    async def listed(journal: WholeJournal) -> tuple[Sequence[JournalEntry], str | None]:
        return await journal.list(wanted, limit), await _unlisted(journal) if asks_broker else None

    entries, unlisted = with_journal(shell.settings, listed)
    documents = [_summary(entry) for entry in entries]
    shell.answer(documents, lambda: show_entries(documents, ZoneInfo(shell.settings.timezone)))
    if unlisted:
        warn([unlisted])


async def _unlisted(journal: WholeJournal) -> str | None:
    """A list without what waits must not look as if nothing waited: a broker tells how many, and never which."""
    try:
        waiting = (await journal.counts())[Fate.WAITING]
    except IntakeUnavailable as error:
        return _("RabbitMQ does not say how many more wait: %(error)s") % {"error": line(error)}
    text = _("%(count)s wait in RabbitMQ's queues, which do not tell which: what no worker has claimed is not listed")
    return text % {"count": waiting} if waiting else None


@command(
    journal,
    "show",
    help=N_("Show one entry: envelope, fate, reason and the head of its payload."),
    example="balcao journal show 18a3f0c2b1d4e5f60a1b2c3d",
)
@click.argument("raw_id", metavar="ID")
def show(shell: Shell, raw_id: str) -> None:
    document = _in_full(_found(shell, raw_id))
    shell.answer(document, lambda: show_entry(document, ZoneInfo(shell.settings.timezone)))


@command(
    journal,
    "retry",
    help=N_("Put entries back to be worked on, with their attempts forgotten."),
    example="balcao journal retry 18a3f0c2b1d4e5f60a1b2c3d",
)
@click.argument("raw_ids", metavar="ID…", nargs=-1, required=True)
def retry(shell: Shell, raw_ids: tuple[str, ...]) -> None:
    done = with_journal(shell.settings, lambda journal: journal.replay(raw_ids))
    _answer_done(shell, "retried", raw_ids, done, _("%(id)s: back in the queue"))


@command(
    journal,
    "discard",
    help=N_("Give up on quarantined or failed entries. Their bytes are kept."),
    example="balcao journal discard 18a3f0c2b1d4e5f60a1b2c3d",
)
@click.argument("raw_ids", metavar="ID…", nargs=-1, required=True)
def discard(shell: Shell, raw_ids: tuple[str, ...]) -> None:
    done = with_journal(shell.settings, lambda journal: journal.discard(raw_ids))
    _answer_done(shell, "discarded", raw_ids, done, _("%(id)s: discarded"))


@command(
    journal,
    "export",
    help=N_(
        "Write an entry as it was received to stdout or a file, its envelope beside it; without ID, the whole journal."
    ),
    example="balcao journal export 18a3f0c2b1d4e5f60a1b2c3d -o mail.eml\nbalcao decode --channel smtp mail.eml\n"
    "balcao journal export -o journal.jsonl.gz",
)
@click.argument("raw_id", metavar="[ID]", required=False)
@click.option("-o", "--output", metavar="FILE", help=N_("Write FILE and FILE.envelope.json instead of stdout."))
def export(shell: Shell, raw_id: str | None, output: str | None) -> None:
    if raw_id is None:
        export_all(shell, output)
        return
    entry = _found(shell, raw_id)
    if output:
        written = _write_capture(Path(output), entry)
        shell.answer({"written": written}, lambda: say_written(written))
    elif shell.as_json:
        shell.answer({**_about(entry), "payload_base64": base64.b64encode(entry.raw.payload).decode()}, lambda: None)
    elif stdout_is_terminal():
        raise Unusable(_("these are raw bytes from outside: send them to a file with -o FILE or > FILE"))
    else:
        print_bytes(entry.raw.payload)


def _found(shell: Shell, raw_id: str) -> JournalEntry:
    entry = with_journal(shell.settings, lambda journal: journal.get(raw_id))
    if entry is None:
        known = {"id": raw_id}
        if shell.settings.broker is not None:
            raise Wrong(_("there is no entry %(id)s that a worker has ever claimed; it may wait in RabbitMQ") % known)
        raise Wrong(_("there is no entry %(id)s in the journal") % known)
    return entry


def _answer_done(shell: Shell, word: str, asked: Sequence[str], done: Sequence[str], text: str) -> None:
    """Exit 1 when one of the entries is not there or its fate does not allow it."""
    refused = [raw_id for raw_id in asked if raw_id not in done]

    def show() -> None:
        for raw_id in asked:
            say((text if raw_id in done else _("%(id)s: unchanged, its fate does not allow it")) % {"id": line(raw_id)})

    shell.answer({word: list(done), "refused": refused}, show)
    if refused:
        raise AlreadySaid("")


def _summary(entry: JournalEntry) -> dict[str, Any]:
    return {
        "id": entry.raw_id,
        "channel": entry.raw.channel,
        "received_at": iso(entry.raw.received_at),
        "fate": entry.fate.value,
        "attempts": entry.attempts,
        "reason": entry.reason,
        "settled_at": iso(entry.settled_at),
    }


def _about(entry: JournalEntry) -> dict[str, Any]:
    return {
        **_summary(entry),
        "dedup_key": entry.raw.dedup_key,
        "size": len(entry.raw.payload),
        "envelope": dict(entry.raw.envelope),
    }


def _in_full(entry: JournalEntry) -> dict[str, Any]:
    return {**_about(entry), "payload_head": head_of(entry.raw.payload)}


def _write_capture(path: Path, entry: JournalEntry) -> list[str]:
    """Neither file may exist: what is exported never overwrites what is kept."""
    sidecar = path.with_name(path.name + SIDECAR)
    envelope = {"received_at": iso(entry.raw.received_at), **entry.raw.envelope}
    for target, content in ((path, entry.raw.payload), (sidecar, json.dumps(envelope, indent=2).encode())):
        with target.open("xb") as file:
            file.write(content)
    return [str(path), str(sidecar)]


journal.add_command(import_all)
