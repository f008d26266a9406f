"""Power loss at the file level: what a disk would hold at an instant, opened and checked.

stopped    every process of the node stands still while its files are copied: exactly what was there at that instant
running    copied while the daemon writes. No instant of a disk looks so unless the copy saw one generation of the
           write-ahead log only; its header says so, and a copy that saw two is taken again
"""

import shutil
import sqlite3
from dataclasses import dataclass

from tests.chaos.history import MARK

WAL_HEADER = 32
TRIES = 20


@dataclass(frozen=True)
class Copy:
    """`promised`: what had been answered yes before the copy was begun; `missing` of it in the copied journal."""

    folder: object
    how: str
    promised: set
    missing: set
    sound: bool


def stopped(house, history, folder):
    promised = history.promised()
    still = house.freeze()
    try:
        _copy(house.folder / "var", folder)
    finally:
        house.thaw(still)
    return _checked(folder, "stopped", promised)


def running(house, history, folder):
    var = house.folder / "var"
    for _ in range(TRIES):
        promised, before = history.promised(), _generation(var)
        shutil.rmtree(folder, ignore_errors=True)
        _copy(var, folder, ("journal.db",))
        if before == _generation(var) and before == _generation(folder):
            return _checked(folder, "running", promised)
    raise AssertionError("no copy of one generation of the log could be taken")


def _copy(var, folder, names=("journal.db", "balcao.db")):
    """The file before its log, as it was written: what was moved from the log meanwhile is still in the log."""
    folder.mkdir(parents=True)
    for name in names:
        for file in (name, f"{name}-wal"):
            if (var / file).exists():
                shutil.copyfile(var / file, folder / file)


def _generation(folder):
    """The log's salts, which change whenever it begins anew."""
    wal = folder / "journal.db-wal"
    return wal.read_bytes()[:WAL_HEADER] if wal.exists() else b""


def _checked(folder, how, promised):
    connection = sqlite3.connect(folder / "journal.db")
    try:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = set()
        for (payload,) in connection.execute("SELECT payload FROM raw_payloads"):
            found.update(MARK.findall(payload.decode("utf-8", "replace")))
    finally:
        connection.close()
    return Copy(folder, how, promised, promised - found, sound)
