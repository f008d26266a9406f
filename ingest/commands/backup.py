"""`balcao backup …`: a copy of everything while the daemon runs, looked at, and put back."""

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from config.settings import Settings
from ingest import backup as backups
from ingest import restoring
from ingest.backup import NotABackup
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.shape import command, group
from ingest.commands.shell import Shell, say, warn
from ingest.locks import AlreadyRunning, RoleLock
from ingest.presentation.progress import progress
from ingest.presentation.quantities import size_words
from ingest.roles import ROLES
from ingest.translations import N_, _, in_words
from ingest.wiring import open_contents

T = TypeVar("T")

backup = group("backup", help=N_("Copy everything while the daemon runs, look at a copy, put it back."))


@command(
    backup,
    "create",
    help=N_("Copy journal, tickets, attachments, rules and settings into a new folder. Nobody needs to be stopped."),
    example="balcao backup create /backup/balcao-2026-11-27\nbalcao backup create /backup/hoje --no-attachments",
)
@click.argument("folder", metavar="FOLDER")
@click.option(
    "--with-secrets", is_flag=True, help=N_("With `var/secrets`: whoever has them can write as any customer.")
)
@click.option("--no-attachments", is_flag=True, help=N_("Without attachments: a bucket has means of its own."))
def create(shell: Shell, folder: str, with_secrets: bool, no_attachments: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Exit 1 when attachments that tickets name are missing; the copy holds everything else."""
    path, settings = Path(folder), shell.settings
    if path.exists():
        raise Unusable(_("%(file)s exists already") % {"file": path})
    with progress(_("Copying"), None, wanted=not shell.as_json) as told:
        done = _run(
            backups.create(settings, path, open_contents(settings), datetime.now(UTC),
                           with_contents=not no_attachments, secrets=with_secrets, told=told)
        )  # fmt: skip
    document = _about(path, done.document())
    shell.answer(document, lambda: _say_about(document))
    if not with_secrets:
        warn([_("`var/secrets` is not in it: keep a copy of it apart (or --with-secrets)")])
    if done.absent:
        raise Wrong(_("attachments that tickets name are missing: see `balcao store verify`"))


@command(
    backup,
    "verify",
    help=N_("Read a backup and compare every byte with what was written down when it was made."),
    example="balcao backup verify /backup/balcao-2026-11-27",
)
@click.argument("folder", metavar="FOLDER")
def verify(shell: Shell, folder: str) -> None:
    document = _about(Path(folder), _verified(shell, Path(folder)))
    shell.answer(document, lambda: _say_about(document))


@command(
    backup,
    "restore",
    help=N_("Put a backup back where the settings say; the databases there must be empty, and no daemon may run."),
    example="balcao backup restore /backup/balcao-2026-11-27 -c novo/balcao.yaml",
)
@click.argument("folder", metavar="FOLDER")
def restore(shell: Shell, folder: str) -> None:
    """On SQLite or PostgreSQL, on disk or in a bucket, wherever the backup came from."""
    path, settings = Path(folder), shell.settings
    if settings.broker is not None:
        raise Unusable(_("restore with a database as journal.url, then bring it in: balcao journal export, import"))
    manifest = _verified(shell, path)
    with ExitStack() as stack:
        _nobody_runs(settings, stack)
        if (taken := _run(restoring.occupied(settings, path))) is not None:
            raise Unusable(_("%(database)s is not empty: move it away, or restore into another") % {"database": taken})
        with progress(_("Restoring"), None, wanted=not shell.as_json) as told:
            _run(restoring.restore(settings, path, open_contents(settings), told))
    document = _about(path, manifest)
    shell.answer(document, lambda: _say_about(document))


def _nobody_runs(settings: Settings, stack: ExitStack) -> None:
    for role in sorted(ROLES):
        lock = RoleLock(settings.var_path, role)
        try:
            lock.take()
        except AlreadyRunning as error:
            raise Unusable(str(error)) from error
        stack.callback(lock.give_back)


def _verified(shell: Shell, path: Path) -> dict[str, Any]:
    try:
        with progress(_("Verifying"), None, wanted=not shell.as_json) as told:
            return backups.verify(path, told)
    except NotABackup as error:
        raise Wrong(in_words(error.text, error.values)) from error


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except NotABackup as error:
        raise Wrong(in_words(error.text, error.values)) from error


def _about(path: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    tables = manifest["tables"]
    return {
        "folder": str(path),
        "made_at": manifest["made_at"],
        "entries": tables["journal"]["raw"],
        "tickets": tables["desk"]["tickets"],
        "messages": tables["desk"]["messages"],
        "attachments": manifest["contents"],
        "attachment_bytes": manifest["contents_bytes"],
        "with_attachments": manifest["with_contents"],
        "absent": manifest["absent"],
    }


def _say_about(document: dict[str, Any]) -> None:
    values = {**document, "size": size_words(document["attachment_bytes"])}
    say(_("%(folder)s, made at %(made_at)s") % values)
    text = _(
        "entries: %(entries)s · tickets: %(tickets)s · messages: %(messages)s · attachments: %(attachments)s (%(size)s)"
    )
    say(text % values)
