"""Free disk space below which nothing more is accepted: a full disk is a predictable shortage (RFC 5321 §6.1)."""

import os
import time
from pathlib import Path

from domain.errors import IntakeUnavailable

INTERVAL = 1.0
"""Seconds between looks at the disk."""


class DiskReserve:
    """`wanted` bytes must be free on the file system of `folder`; None means that there is nothing to watch.

    Below `watermark` free bytes not much more should be taken.
    """

    def __init__(self, folder: Path | None, wanted: int, watermark: int = 0) -> None:
        self._folder = folder
        self._wanted = wanted
        self._watermark = watermark
        self._looked = float("-inf")
        self._seen = 0

    def check(self) -> None:
        """Raises IntakeUnavailable when space is short."""
        if self._folder is not None and self._free() < self._wanted:
            raise IntakeUnavailable("not enough disk space", detail=f"less than {self._wanted} bytes are free")

    @property
    def is_low(self) -> bool:
        return self._folder is not None and self._free() < self._watermark

    def _free(self) -> int:
        now = time.monotonic()
        if now - self._looked >= INTERVAL:
            self._looked, self._seen = now, self._look()
        return self._seen

    def _look(self) -> int:
        try:
            found = os.statvfs(self._folder or ".")
        except OSError:
            return 0
        return found.f_bavail * found.f_frsize
