"""`balcao store …`: the contents of attachments, on disk or in a bucket: verify, clean, move."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from config.settings import Settings
from domain.units import BadValue, parse_duration
from ingest.commands.databases import opened
from ingest.commands.failures import AlreadySaid, Unusable
from ingest.commands.shape import command, group
from ingest.commands.shell import Shell, say
from ingest.presentation.progress import progress
from ingest.presentation.quantities import size_words
from ingest.presentation.store import show_audit
from ingest.translations import N_, _
from ingest.wiring import open_contents
from store import auditing, moving, sweeping
from store.contents import Contents, Moving
from store.engines import Database

T = TypeVar("T")

store = group("store", help=N_("Attachments: verify, clean up, move."))


@command(
    store,
    "verify",
    help=N_("Look whether every attachment is there and whole, and what lies there that no ticket names."),
    example="balcao store verify\nbalcao store verify --quick --json",
)
@click.option("--quick", is_flag=True, help=N_("Only look whether they are there in their size; read nothing."))
def verify(shell: Shell, quick: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Exit 1 when an attachment is missing or damaged."""
    settings, now = shell.settings, datetime.now(UTC)
    young = now - timedelta(seconds=settings.attachments.grace)

    async def look(database: Database, contents: Contents) -> dict[str, Any]:
        total = await auditing.count_names(database)
        with progress(_("Verifying"), total, wanted=not shell.as_json) as told:
            found = await auditing.audit(database, contents, read=not quick, young=young, told=told)
        return await _audited(database, contents, found)

    document = _with_contents(settings, look)
    shell.answer(document, lambda: show_audit(document))
    if not document["ok"]:
        raise AlreadySaid("")


async def _audited(database: Database, contents: Contents, found: auditing.Audit) -> dict[str, Any]:
    def lost(names: list[str]) -> Callable[[Connection], list[dict[str, Any]]]:
        return lambda connection: [
            {"sha256": one, "tickets": tickets}
            for one in names
            if (tickets := auditing.tickets_naming(connection, one))  # none: forgotten while we looked
        ]

    missing, damaged = await database.read(lost(found.missing)), await database.read(lost(found.damaged))
    return {
        "ok": not missing and not damaged,
        "place": contents.place,
        "named": found.named,
        "good": found.good,
        "elsewhere": found.elsewhere,
        "missing": missing,
        "damaged": damaged,
        "orphaned": [{"sha256": one.sha256, "size": one.size} for one in found.orphaned],
        "young": found.young,
    }


@command(
    store,
    "clean",
    help=N_("Remove contents that no ticket names. The daemon does it once a day."),
    example="balcao store clean --dry-run\nbalcao store clean --older-than 7d",
)
@click.option("--older-than", metavar="T", help=N_("Only what is that old: 1h, 7d (default: attachments.grace)."))
@click.option("--dry-run", is_flag=True, help=N_("Only tell what would be removed."))
def clean(shell: Shell, older_than: str | None, dry_run: bool) -> None:  # noqa: FBT001 - as above
    settings, now = shell.settings, datetime.now(UTC)
    before = now - (timedelta(seconds=settings.attachments.grace) if older_than is None else _duration(older_than))

    async def remove(database: Database, contents: Contents) -> dict[str, Any]:
        with progress(_("Looking"), None, wanted=not shell.as_json) as told:
            told(0)
            found = await sweeping.scan(database, contents, before=before, now=now, dry=dry_run)
        removed = 0 if dry_run else await sweeping.sweep(database, contents, now)
        return {
            "place": contents.place,
            "dry_run": dry_run,
            "seen": found.seen,
            "unnamed": found.unnamed,
            "bytes": found.unnamed_bytes,
            "young": found.kept,
            "removed": removed,
        }

    document = _with_contents(settings, remove)
    shell.answer(document, lambda: _say_cleaned(document))


def _say_cleaned(document: dict[str, Any]) -> None:
    values = {**document, "size": size_words(document["bytes"])}
    say(_("%(seen)s contents in %(place)s; named by no ticket: %(unnamed)s (%(size)s), too young: %(young)s") % values)
    if document["dry_run"]:
        say(_("Nothing was removed."))
    else:
        say(_("Removed: %(removed)s") % values)


@command(
    store,
    "move",
    help=N_("Bring the attachments to where the settings keep them now, from where they were kept before."),
    example="balcao store move\nbalcao store move --keep",
)
@click.option("--keep", is_flag=True, help=N_("Copy only: the old ones stay where they are."))
def move(shell: Shell, keep: bool) -> None:  # noqa: FBT001 - as above
    """Exit 1 when something is damaged and stays where it is."""
    contents = open_contents(shell.settings)
    if not isinstance(contents, Moving):
        raise Unusable(_("the settings name one place only: write attachments.s3, and where to keep them in `place`"))
    total = moving.count(contents.there)
    with progress(_("Moving"), total, wanted=not shell.as_json) as told:
        done = asyncio.run(moving.move(contents, keep=keep, told=told))
    document = {
        "from": contents.there.place,
        "to": contents.here.place,
        "moved": done.moved,
        "bytes": done.moved_bytes,
        "kept": keep,
        "damaged": done.damaged,
    }
    shell.answer(document, lambda: _say_moved(document))
    if done.damaged:
        raise AlreadySaid("")


def _say_moved(document: dict[str, Any]) -> None:
    values = {**document, "size": size_words(document["bytes"])}
    say(_("%(moved)s contents (%(size)s) from %(from)s to %(to)s") % values)
    for sha256 in document["damaged"]:
        say(_("damaged, and left where it is: %(sha256)s") % {"sha256": sha256})


def _with_contents(settings: Settings, use: Callable[[Database, Contents], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened(settings.store_url, settings.store_place) as database:
            return await use(database, open_contents(settings))

    return asyncio.run(run())


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except BadValue as error:
        raise Unusable(_(error.text)) from error
