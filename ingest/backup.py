"""A copy of everything, taken while the daemon runs; ingest/restoring.py puts it back. docs/operations.md: the layout.

    journal ─▶ tickets ─▶ the contents they name ─▶ rules, settings ─▶ manifest     complete only with it

The journal comes first: what it holds as waiting and the tickets hold as filed is recognised, the other way round it
would be missing. A copy holds SQLite files whatever the engine was, so that it can be put back on either.
"""

import asyncio
import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from config.settings import Settings
from domain.errors import N_, StoreUnavailable, WrongFile
from ingest.durable import sync, write_file
from ingest.roles import rules_folder
from store import auditing, condemned
from store.contents import Contents, name_of
from store.engines import Database
from store.migrating import Kind, metadata_of, upgrade
from store.table_copy import Counts, copy_tables, row_counts

MANIFEST, VERSION = "manifest.json", 1
DATABASES: tuple[tuple[Kind, str], ...] = (("journal", "journal.db"), ("desk", "balcao.db"))
CONTENTS, RULES, SETTINGS, SECRETS = "attachments", "rules", "settings", "secrets"
PIECE = 1_048_576

Told = Callable[[int], object]


class NotABackup(WrongFile):
    """A folder that holds no complete copy, or one that was changed since."""


@dataclass(slots=True)
class Copy:
    """`files`: SHA-256 by name, without contents, whose names say it. `absent`: named by tickets, not there before."""

    made_at: str
    tables: dict[str, Counts] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    contents: int = 0
    contents_bytes: int = 0
    with_contents: bool = True
    absent: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        about = {"balcao_backup": VERSION, "balcao": version("balcao")}
        return {**about, **{name: getattr(self, name) for name in self.__slots__}}


def url_of(settings: Settings, kind: Kind) -> str:
    return settings.journal_url if kind == "journal" else settings.store_url


def folders_of(settings: Settings) -> dict[str, Path]:
    """Name in a copy → where it lies in use."""
    return {RULES: rules_folder(settings.var_path), SECRETS: settings.var_path / "secrets"}


# Making one


async def create(
    settings: Settings,
    folder: Path,
    contents: Contents,
    now: datetime,
    *,
    with_contents: bool,
    secrets: bool,
    told: Told,
) -> Copy:
    """`folder` must not exist; what a crash leaves in it has no manifest. Raises StoreUnavailable and OSError."""
    with _new(folder):
        done = Copy(made_at=now.isoformat(), with_contents=with_contents)
        for kind, name in DATABASES:
            done.tables[kind] = await _copy_database(url_of(settings, kind), kind, folder / name, told)
        if with_contents:
            await _copy_contents(settings, folder, contents, done, told)
        _copy_files(settings, folder, secrets=secrets)
        done.files = {name: _sha256(folder / name) for name in _names(folder)}
        write_file(folder / MANIFEST, orjson.dumps(done.document(), option=orjson.OPT_INDENT_2))
        return done


@contextmanager
def _new(folder: Path) -> Iterator[None]:
    """The folder, which goes again if what happens in it fails: it is no copy, and a full disk wants its space back."""
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


async def _copy_database(url: str, kind: Kind, path: Path, told: Told) -> Counts:
    async with Database.open(url) as source:
        if source.file is not None:
            await asyncio.to_thread(_online_backup, source.file, path)
        else:
            with _written_to(path):
                await upgrade(f"sqlite:///{path}", kind)
            await source.read(partial(_into_file, path=path, kind=kind, told=told))
    return await _counted(path, kind)


def _online_backup(source: Path, target: Path) -> None:
    """In one go: in WAL mode nobody waits for it, and a copy in steps would begin anew at every write."""
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
        _written_to(target),
    ):
        here.backup(there)
    sync(target)


def _into_file(connection: Any, path: Path, kind: Kind, told: Told) -> Counts:
    """From PostgreSQL, which must not take us for frozen while a large copy is brought to the disk."""
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with _written_to(path), engine.begin() as target:
        counts = copy_tables(connection, target, metadata_of(kind), told)
    sync(path)
    return counts


@contextmanager
def _written_to(path: Path) -> Iterator[None]:
    """What SQLite says of the copy is told as of any file: it is not the database that cannot be used."""
    try:
        yield
    except (sqlite3.OperationalError, OperationalError, StoreUnavailable) as error:
        told: Any = error
        while told is not None and not isinstance(told, sqlite3.Error):
            told = getattr(told, "orig", None) or told.__cause__
        full = getattr(told, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if full else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from error


async def _counted(path: Path, kind: Kind) -> Counts:
    try:
        async with Database.open(f"sqlite:///{path}") as database:
            return await database.read(partial(row_counts, metadata=metadata_of(kind)))
    finally:
        remove_log(path)


async def _copy_contents(settings: Settings, folder: Path, contents: Contents, done: Copy, told: Told) -> None:
    """Those that the copied tickets name; what was forgotten meanwhile need not be there."""
    path = folder / "balcao.db"
    try:
        async with Database.open(f"sqlite:///{path}") as copied, Database.open(settings.store_url) as live:
            last = ""
            while page := await copied.read(partial(auditing.names_after, last=last)):
                missing = await asyncio.to_thread(_copy_page, folder, contents, [name for name, _size in page], done)
                forgotten = set(await live.read(partial(condemned.unnamed, contents=missing))) if missing else set()
                done.absent += [name for name in missing if name not in forgotten]
                told(len(page))
                last = page[-1][0]
    finally:
        remove_log(path)


def _copy_page(folder: Path, contents: Contents, names: Sequence[str], done: Copy) -> list[str]:
    """Returns what is not there."""
    return [name for name in names if not _copy_one(folder, contents, name, done)]


def _copy_one(folder: Path, contents: Contents, sha256: str, done: Copy) -> bool:
    content = contents.get(sha256)
    if content is None:
        return False
    path = folder / CONTENTS / name_of(sha256)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    sync(path)
    done.contents += 1
    done.contents_bytes += len(content)
    return True


def _copy_files(settings: Settings, folder: Path, *, secrets: bool) -> None:
    (folder / SETTINGS).mkdir()
    for path in (settings.path, settings.rules_path):
        if path.is_file():
            shutil.copy2(path, folder / SETTINGS / path.name)
    for name, source in folders_of(settings).items():
        if source.is_dir() and (secrets or name != SECRETS):
            shutil.copytree(source, folder / name)


# Looking at one


def read_manifest(folder: Path) -> dict[str, Any]:
    """Raises NotABackup."""
    try:
        document: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise NotABackup(
            N_("%(folder)s holds no complete backup: it has no %(file)s"), folder=folder, file=MANIFEST
        ) from None
    except (ValueError, OSError) as error:
        raise NotABackup(N_("%(file)s cannot be read: %(why)s"), file=folder / MANIFEST, why=error) from error
    if not isinstance(document, dict) or document.get("balcao_backup") != VERSION:
        raise NotABackup(N_("%(folder)s is no backup that this Balcão knows"), folder=folder)
    return document


def verify(folder: Path, told: Told = lambda _count: None) -> dict[str, Any]:
    """Every byte of it against the manifest. Raises NotABackup."""
    manifest = read_manifest(folder)
    wrong = [name for name, sha256 in manifest["files"].items() if _digest_of(folder / name) != sha256]
    count = 0
    for path in contents_of(folder):
        if _digest_of(path) != path.name:
            wrong.append(str(path.relative_to(folder)))
        count += 1
        told(1)
    if wrong or count != manifest["contents"]:
        shown = ", ".join(wrong[:5]) or f"{count} contents instead of {manifest['contents']}"
        raise NotABackup(N_("%(folder)s is not as it was made: %(names)s"), folder=folder, names=shown)
    return manifest


# Files


def _names(folder: Path) -> list[str]:
    """All but the contents."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.as_posix() for path in found if path.parts[0] != CONTENTS]


def contents_of(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in (folder / CONTENTS).rglob("*") if path.is_file())


def _digest_of(path: Path) -> str | None:
    return _sha256(path) if path.is_file() else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_log(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
