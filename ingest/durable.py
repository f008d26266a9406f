"""Files that are either as they were or as they shall be, whatever happens in between."""

import errno
import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path

IN_THE_WAY = frozenset({errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM})
"""Why a file cannot be replaced though it may be written: a bind mount, or a folder of somebody else's."""


def write_file(path: Path, content: bytes) -> None:
    """Replace `path`, keeping its mode and owner; a new one is for its owner alone. Raises OSError."""
    try:
        _replace(path, content)
    except OSError as error:
        if error.errno not in IN_THE_WAY or not path.exists():
            raise
        _overwrite(path, content)


def append_line(path: Path, line: bytes) -> None:
    """One line at the end, on disk when this returns; lines of several processes never mix. Raises OSError."""
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        give_to_owner_of(path.parent, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if torn else b"") + line + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        sync(path.parent)


def give_to_owner_of(folder: Path, descriptor: int) -> None:
    """What root writes on the daemon's behalf stays the daemon's."""
    with suppress(OSError):
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync(path: Path) -> None:
    """What is in a file; or what was made, renamed and removed in a folder. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_file(path: Path) -> None:
    """Raises OSError."""
    path.unlink(missing_ok=True)
    sync(path.parent)


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            _dress_as(stream.fileno(), path)
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - mkstemp names it by text
        raise
    sync(path.parent)


def _dress_as(descriptor: int, path: Path) -> None:
    give_to_owner_of(path.parent, descriptor)
    with suppress(OSError):
        known = path.stat()
        os.fchmod(descriptor, known.st_mode & 0o7777)
        os.fchown(descriptor, known.st_uid, known.st_gid)


def _overwrite(path: Path, content: bytes) -> None:
    with path.open("r+b") as stream:
        stream.write(content)
        stream.truncate()
        stream.flush()
        os.fsync(stream.fileno())
