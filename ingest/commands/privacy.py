"""`balcao contacts export|erase`: what a person may ask for (LGPD, art. 18), all addresses of one contact at once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from channels.telephone import e164
from config.settings import Settings
from domain.mailbox import fold_address
from domain.person import MAIL, PHONE, Address, Person
from ingest import compacting, personal_archive
from ingest.commands.databases import opened
from ingest.commands.failures import AlreadySaid, Unusable
from ingest.commands.finding import Nobody, contact_called
from ingest.commands.shape import command
from ingest.commands.shell import Shell, say, warn
from ingest.commands.who import person as whoever
from ingest.erasing import Erasing
from ingest.journals import beside_the_daemon
from ingest.payloads import unused_secret
from ingest.presentation.clean import line
from ingest.presentation.progress import progress
from ingest.translations import N_, _
from ingest.wiring import build_channels, letter_folders, open_contents
from store import erasures, persons
from store.erasures import Erasure

T = TypeVar("T")


@command(
    None,
    "export",
    help=N_("Write all that is kept of a person into a ZIP: data, files, messages as they came."),
    example="balcao contacts export ana@exemplo.com.br -o ana.zip",
)
@click.argument("who", metavar="WHO")
@click.option("-o", "--output", metavar="FILE", required=True, help=N_("The ZIP to write."))
def export(shell: Shell, who: str, output: str) -> None:
    path = Path(output)
    if path.exists():
        raise Unusable(_("%(file)s exists already") % {"file": path})

    async def write(work: Erasing) -> personal_archive.Archive:
        person = await work.store.read(partial(_person, who=who))
        with progress(_("Tickets"), None, wanted=not shell.as_json) as told:
            return await personal_archive.write(
                path, person, store=work.store, journal=work.journal, contents=work.contents, now=datetime.now(UTC),
                told=told,
            )  # fmt: skip

    done = asyncio.run(_with_parts(shell.settings, write))
    document = {
        "file": str(path),
        "addresses": sorted(one.address for one in done.person.addresses),
        "tickets": done.tickets,
        "messages": done.messages,
        "files": done.files,
        "raw": done.raws,
        "absent_files": done.absent,
    }
    shell.answer(document, lambda: _say_exported(document))


def _say_exported(document: dict[str, Any]) -> None:
    text = _("%(file)s · messages: %(messages)s · tickets: %(tickets)s · files: %(files)s · as they came: %(raw)s")
    say(text % document)
    if document["absent_files"]:
        say(_("Files that are not there any more: %(absent_files)s") % document)


@command(
    None,
    "erase",
    help=N_("Erase a person from tickets, journal, files and letters. The history keeps that it was done."),
    example="balcao contacts erase ana@exemplo.com.br --dry-run\nbalcao contacts erase 12 --yes\n"
    "balcao contacts erase --resume",
)
@click.argument("who", metavar="[WHO]", required=False)
@click.option("--yes", is_flag=True, help=N_("Do not ask."))
@click.option("--dry-run", is_flag=True, help=N_("Only tell who it is and which tickets speak of this person."))
@click.option("--resume", is_flag=True, help=N_("Take up erasures that were interrupted."))
def erase(shell: Shell, who: str | None, yes: bool, dry_run: bool, resume: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Exit 1 when something of theirs is being read or may wait in a queue; the daemon takes it up, or --resume."""
    if (who is None) != resume:
        raise Unusable(_("name a person, or say --resume"))
    settings = shell.settings
    if who is not None:
        found = asyncio.run(_with_parts(settings, partial(_look, who=who)))
        if dry_run:
            shell.answer(found, lambda: _say_found(found))
            return
        _ask(shell, found, yes=yes)
    documents = asyncio.run(_with_parts(settings, partial(_erase, shell=shell, who=who)))
    large = compacting.compact(settings) if documents else []
    document = {"erasures": documents, "not_compacted": large}
    shell.answer(document, lambda: _say_erased(document))
    if any(one["finished_at"] is None for one in documents):
        warn([_("something of theirs is being read, or may wait in a queue: the daemon goes on, or say --resume")])
        raise AlreadySaid("")


async def _look(work: Erasing, who: str) -> dict[str, Any]:
    person = await work.store.read(partial(_person, who=who))
    numbers: list[int] = []
    about = partial(persons.tickets_about, person=person, limit=500)
    while page := await work.store.read(partial(about, after=numbers[-1] if numbers else 0)):
        numbers += page
    return {
        "contacts": list(person.contacts),
        "addresses": [{"realm": one.realm, "address": one.address} for one in sorted(person.addresses, key=str)],
        "names": sorted(person.names),
        "tickets": numbers,
    }


async def _erase(work: Erasing, shell: Shell, who: str | None) -> list[dict[str, Any]]:
    now = datetime.now(UTC)

    def begin(connection: Connection) -> list[Erasure]:
        if who is None:
            return erasures.under_way(connection)
        return [erasures.begin(connection, _person(connection, who), whoever(), now)]

    done = []
    with progress(_("Tickets"), None, wanted=not shell.as_json) as work.told:
        for erasure in await work.store.write(begin):
            finished = await work.run(erasure, now)
            done.append(finished or {"id": erasure.id, "who": erasure.who, "finished_at": None, "removed": {}})
    return done


def _ask(shell: Shell, found: dict[str, Any], *, yes: bool) -> None:
    if yes:
        return
    if shell.as_json or not sys.stdin.isatty():
        raise Unusable(_("nothing is erased without being asked for: say --yes, or --dry-run to see what would be"))
    _say_found(found)
    click.confirm(_("Erase this person for good?"), abort=True)


def _say_found(found: dict[str, Any]) -> None:
    addresses = ", ".join(line(one["address"]) for one in found["addresses"])
    say(_("Addresses: %(addresses)s") % {"addresses": addresses})
    say(_("Names: %(names)s") % {"names": ", ".join(map(line, found["names"])) or "-"})
    say(_("Tickets: %(tickets)s") % {"tickets": ", ".join(f"#{number}" for number in found["tickets"]) or "-"})


def _say_erased(document: dict[str, Any]) -> None:
    if not document["erasures"]:
        say(_("No erasure was interrupted."))
    for one in document["erasures"]:
        removed = " · ".join(f"{_(WHAT[what])}: {count}" for what, count in one["removed"].items() if what in WHAT)
        say(_("Erasure %(id)s: %(removed)s") % {"id": one["id"], "removed": removed or "-"})
    for file in document["not_compacted"]:
        text = _("%(file)s is large: compact it at a quiet hour (sqlite3 FILE VACUUM), for traces in unused pages")
        say(text % {"file": file})


WHAT = {
    "tickets": N_("tickets"),
    "messages": N_("messages"),
    "mentions": N_("messages of others that named this person"),
    "incidents": N_("incidents whose labels or texts named this person"),
    "sendings": N_("letters to this person"),
    "attachments": N_("attachments"),
    "entries": N_("journal entries"),
    "letters": N_("files in `outgoing`"),
}


def _person(connection: Connection, who: str) -> Person:
    """Raises Wrong, also where several contacts have that address: half a person is none."""
    try:
        found = persons.person_of(connection, contact_called(connection, who))
        assert found is not None, "a contact that was found"
    except Nobody:
        addresses = _addresses(who)
        found = persons.person_at(connection, addresses)
        if not addresses or not persons.tickets_about(connection, found, 0, 1):
            raise
    return found


def _addresses(who: str) -> list[Address]:
    """Of somebody who is no contact: whose messages are held, or who is only named."""
    if "@" in who:
        return [Address(MAIL, fold_address(who))]
    number = e164(who)
    return [Address(PHONE, number)] if number else []


async def _with_parts(settings: Settings, use: Callable[[Erasing], Awaitable[T]]) -> T:
    async with _parts(settings) as work:
        return await use(work)


@asynccontextmanager
async def _parts(settings: Settings) -> AsyncIterator[Erasing]:
    channels = build_channels(settings, reveal=unused_secret)  # nothing is sent or received
    async with (
        opened(settings.store_url, settings.store_place) as store,
        opened(settings.journal_url, settings.journal_place) as database,
        beside_the_daemon(settings, database) as journal,
    ):
        yield Erasing(
            store=store,
            journal=journal,
            contents=open_contents(settings),
            decoders={name: channel.decode for name, channel in channels.items()},
            letters=letter_folders(settings),
        )
