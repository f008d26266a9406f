"""Free disk space below which nothing more is accepted: a full disk is a predictable shortage (RFC 5321 §6.1)."""

import os
import time
from pathlib import Path

from domain.errors import IntakeUnavailable

INTERVAL = 1.0
"""Seconds between looks at the disk."""


class DiskReserve:
    """`wanted` bytes must be free on the file system of `folder`; None means that there is nothing to watch."""

    def __init__(self, folder: Path | None, wanted: int) -> None:
        self._folder = folder
        self._wanted = wanted
        self._looked = float("-inf")
        self._enough = True

    def check(self) -> None:
        """Raises IntakeUnavailable when space is short."""
        now = time.monotonic()
        if now - self._looked >= INTERVAL:
            self._looked, self._enough = now, self._free() >= self._wanted
        if not self._enough:
            raise IntakeUnavailable("not enough disk space", detail=f"less than {self._wanted} bytes are free")

    def _free(self) -> int:
        if self._folder is None:
            return self._wanted
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return 0
        return found.f_bavail * found.f_frsize
