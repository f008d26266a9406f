"""A backup is put back: on the engine it came from, or on the other one.

    mark ─▶ contents ─▶ rules ─▶ tickets ─▶ journal ─▶ mark removed

Until the mark is removed no daemon starts here; a restore that died is begun again and goes on. The journal comes last:
with it, everything is there.
"""

import asyncio
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from config.settings import Settings
from domain.errors import N_
from ingest.backup import (
    DATABASES,
    NotABackup,
    Told,
    contents_of,
    folders_of,
    read_manifest,
    remove_log,
    url_of,
)
from ingest.durable import sync, write_file
from ingest.roles import RESTORING
from store.contents import Contents
from store.engines import Database
from store.migrating import Kind, current, metadata_of, upgrade
from store.table_copy import Counts, copy_tables, row_counts


def mark_of(settings: Settings) -> Path:
    return settings.var_path / RESTORING


async def restore(settings: Settings, folder: Path, contents: Contents, told: Told) -> dict[str, Any]:
    """`folder` was verified, nobody runs on `var`, the databases hold nothing (`occupied`). Raises StoreUnavailable."""
    manifest = read_manifest(folder)
    settings.var_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(mark_of(settings), orjson.dumps({"from": str(folder), "made_at": manifest["made_at"]}))
    for path in contents_of(folder):
        await asyncio.to_thread(contents.put, path.read_bytes(), path.name)
        told(1)
    for name, target in folders_of(settings).items():
        if (folder / name).is_dir():
            shutil.copytree(folder / name, target, dirs_exist_ok=True)
    for kind, name in reversed(DATABASES):
        await _put_back(url_of(settings, kind), kind, folder / name, told)
        counts = await _live_counts(url_of(settings, kind), kind)
        if any(counts.get(table) != rows for table, rows in manifest["tables"][kind].items()):
            raise NotABackup(N_("%(name)s: what was put back is not what the backup holds"), name=name)
    mark_of(settings).unlink()
    return manifest


async def occupied(settings: Settings, folder: Path) -> str | None:
    """What is in the way: a database that holds something and is not half of this restore."""
    mark = mark_of(settings)
    begun = mark.exists() and orjson.loads(mark.read_bytes())["made_at"] == read_manifest(folder)["made_at"]
    for kind, _name in DATABASES:
        if not begun and any((await _live_counts(url_of(settings, kind), kind)).values()):
            return url_of(settings, kind).rpartition("@")[2]
    return None


async def _put_back(url: str, kind: Kind, copy: Path, told: Told) -> None:
    async with Database.open(url) as target:
        if target.file is not None:
            await asyncio.to_thread(_replace, copy, target.file)
            await upgrade(url, kind)
            return
        if await current(url, kind) is not None and any((await _live_counts(url, kind)).values()):
            return  # it was put back before a crash: in one transaction, so whole
        await upgrade(url, kind)
        newest = copy.with_name(f".{copy.name}.newest")
        shutil.copyfile(copy, newest)
        try:
            await upgrade(f"sqlite:///{newest}", kind)
            await target.write(partial(_from_file, path=newest, kind=kind, told=told))
        finally:
            newest.unlink()
            remove_log(newest)


def _from_file(connection: Any, path: Path, kind: Kind, told: Told) -> Counts:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as source:
        return copy_tables(source, connection, metadata_of(kind), told)


def _replace(copy: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.restoring")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(copy, draft)
    draft.chmod(0o600)
    sync(draft)
    remove_log(target)
    draft.replace(target)
    sync(target.parent)


async def _live_counts(url: str, kind: Kind) -> Counts:
    async with Database.open(url) as database:
        if database.file is not None and not database.file.exists():
            return {}
        if await current(url, kind) is None:
            return {}
        return await database.read(partial(row_counts, metadata=metadata_of(kind)))
