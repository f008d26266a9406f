"""Attachment files, named by their content: `ab/cd/<sha256>`. Names that senders chose never touch the disk.

    temporary file ─▶ fsync ─▶ rename ─▶ fsync the folder ─▶ only then the row that names it

A crash in between leaves a temporary file or a file that no row names; never a row without its file.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import ContentsUnavailable
from store.contents import LAYOUT, Stored, name_of

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME = re.compile(LAYOUT, re.ASCII)
_UNFINISHED = ".new-"


class AttachmentFiles:
    """`store.contents.Contents` on this machine's disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def place(self) -> str:
        return str(self._folder)

    def path(self, sha256: str) -> Path:
        """Raises ValueError for what is no SHA-256 in lower-case hex."""
        return self._folder / name_of(checked(sha256))

    def put(self, content: bytes, sha256: str) -> None:
        """See `store.contents.Contents`."""
        path = self.path(sha256)
        with _translated("an attachment cannot be stored now"):
            if _holds(path, content):
                # Whoever wrote it may have died before this; syncing a clean folder costs nothing.
                _sync(path.parent)
            else:
                self._write(path, content)

    def put_many(self, contents: Sequence[tuple[bytes, str]]) -> None:
        for content, sha256 in contents:
            self.put(content, sha256)

    def get(self, sha256: str) -> bytes | None:
        """See `store.contents.Contents`."""
        with _translated("an attachment cannot be read now"):
            try:
                content = self.path(sha256).read_bytes()
            except FileNotFoundError:
                return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    # Upkeep

    def find(self, sha256: str) -> Stored | None:
        with _translated("an attachment cannot be read now"):
            return _stored(self.path(sha256))

    def measure(self, sha256: str) -> str | None:
        """A file that cannot be read is as good as damaged: then this is empty."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None
        except OSError:
            return ""

    def listing(self) -> Iterator[Stored]:
        with _translated("attachments cannot be listed now"):
            for path in _below(self._folder):
                found = _stored(path) if _NAME.fullmatch(path.relative_to(self._folder).as_posix()) else None
                if found is not None:
                    yield found

    def remove(self, sha256: str) -> None:
        with _translated("an attachment cannot be removed now"):
            self.path(sha256).unlink(missing_ok=True)

    def remove_unfinished(self, before: datetime) -> int:
        """What crashes have left half written. Returns how many."""
        removed = 0
        with _translated("attachments cannot be listed now"):
            for path in _below(self._folder):
                found = _stored(path) if path.name.startswith(_UNFINISHED) else None
                if found is not None and found.changed_at < before:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def ping(self) -> None:
        if self._folder.exists() and not os.access(self._folder, os.R_OK | os.W_OK | os.X_OK):
            raise ContentsUnavailable("attachments cannot be stored now", detail=f"{self._folder} cannot be written to")

    def _write(self, path: Path, content: bytes) -> None:
        self._make_folders(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
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


def checked(sha256: str) -> str:
    """Raises ValueError for what is no SHA-256 in lower-case hex."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return sha256


@contextlib.contextmanager
def _translated(message: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ContentsUnavailable(message, detail=str(error)) from error


def _below(folder: Path) -> Iterator[Path]:
    """Every file, in the order of names; what goes away meanwhile is passed over."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                yield from _below(path)
            else:
                yield path


def _stored(path: Path) -> Stored | None:
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Stored(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _holds(path: Path, content: bytes) -> bool:
    """Size first, then every byte: what was damaged is whole again once the same comes again."""
    found = _stored(path)
    try:
        return found is not None and found.size == len(content) and path.read_bytes() == content
    except OSError:  # as good as damaged
        return False


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
