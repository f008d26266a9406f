"""Attachment files, named by their content: `ab/cd/<sha256>`. Names that senders chose never touch the disk.

    temporary file ─▶ fsync ─▶ rename ─▶ fsync the folder ─▶ only then the row that names it

A crash in between leaves a temporary file or a file that no row names; never a row without its file.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from domain.errors import StoreUnavailable

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class AttachmentFiles:
    """Blocking functions: for the child process or a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        """Raises ValueError for what is no SHA-256 in lower-case hex."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def put(self, content: bytes, sha256: str) -> None:
        """Return once the file is on disk. Raises StoreUnavailable when it cannot be written now."""
        path = self.path(sha256)
        try:
            if _size(path) == len(content):
                # Whoever wrote it may have died before this; syncing a clean folder costs nothing.
                _sync(path.parent)
            else:
                self._write(path, content)
        except OSError as error:
            raise StoreUnavailable("an attachment cannot be stored now", detail=str(error)) from error

    def get(self, sha256: str) -> bytes | None:
        """The content, or None when there is none or it is not what was stored."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def _write(self, path: Path, content: bytes) -> None:
        self._make_folders(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)  # noqa: PTH105 - beside the other os calls
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - beside the other os calls
            raise
        _sync(path.parent)

    def _make_folders(self, folder: Path) -> None:
        """A new folder is only durable once the one above it is synced."""
        if folder.is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for made in (folder.parent, folder):
            with contextlib.suppress(FileExistsError):
                made.mkdir(mode=0o700)
            _sync(made.parent)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
