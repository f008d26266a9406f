"""SQLite keeps what was deleted in unused pages and in its log until they are used again. After an erasure both go."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from config.settings import Settings
from store.engines import sqlite_path

LARGEST = 500_000_000
"""Bytes of a file that is compacted at once: some seconds, in which nothing can be written to it."""
PATIENCE = 10.0


def compact(settings: Settings) -> list[str]:
    """Files that were left as they are, because they are too large or too busy."""
    files = [sqlite_path(url) for url in map(make_url, (settings.store_url, settings.journal_url)) if _is_sqlite(url)]
    return [str(path) for path in files if path.exists() and not _compacted(path)]


def _is_sqlite(url: object) -> bool:
    return str(url).startswith("sqlite")


def _compacted(path: Path) -> bool:
    if path.stat().st_size > LARGEST:
        return False
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            busy, *_rest = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    except sqlite3.OperationalError:
        return False
