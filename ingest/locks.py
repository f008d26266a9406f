"""One daemon per role and directory: two on one `var/` would claim and send everything twice."""

import fcntl
import os
from pathlib import Path

from domain.errors import BalcaoError
from ingest.roles import run_folder
from ingest.translations import _


class AlreadyRunning(BalcaoError):
    """Another process holds this role's lock."""


class RoleLock:
    """An flock on `var/run/<role>.lock`; the kernel gives it back when the process ends, however it ends."""

    def __init__(self, folder: Path, role: str) -> None:
        self._path = run_folder(folder) / f"{role}.lock"
        self._descriptor = -1

    def take(self) -> None:
        """Raises AlreadyRunning, with the other's process id."""
        make_private(self._path.parent.parent)
        self._path.parent.mkdir(exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip() or "?"
            os.close(self._descriptor)
            self._descriptor = -1
            text = _(
                "another Balcão (process %(process)s) already runs on %(folder)s; "
                "stop it first, or give this one its own `var:` directory"
            )
            raise AlreadyRunning(text % {"process": other, "folder": self._path.parent.parent}) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def give_back(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def make_private(folder: Path) -> None:
    """What the daemon keeps is personal data: a folder that it makes itself is for its user alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
