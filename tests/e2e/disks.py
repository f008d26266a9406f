"""A file system of its own to fill, and files that nobody can write to any more, not even who has them open."""

import contextlib
import os
import subprocess

import pytest

BOX = 64_000_000


@contextlib.contextmanager
def small_disk(folder, size=BOX):
    """A file system of `size` bytes at `folder`; skips where we may not mount."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk to fill")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(path, leave):
    """Take all of the disk but `leave` bytes."""
    free = os.statvfs(path.parent)
    size = free.f_bavail * free.f_frsize - leave
    with path.open("wb") as ballast:
        if size > 0:
            os.posix_fallocate(ballast.fileno(), 0, size)


@contextlib.contextmanager
def read_only(*files):
    """As when the kernel turns a failing disk read-only: open files, too. Skips where files cannot be made so."""
    with files[0].open("ab", buffering=0) as open_before:
        made = subprocess.run(["chattr", "+i", *files], capture_output=True, check=False)
        try:
            if made.returncode != 0 or _takes(open_before):
                pytest.skip("only root, on a file system with immutable files, can make an open file read-only")
            yield
        finally:
            subprocess.run(["chattr", "-i", *files], capture_output=True, check=False)


def _takes(file):
    """Whether what was opened before can still be changed: to the length that it has."""
    try:
        os.ftruncate(file.fileno(), os.fstat(file.fileno()).st_size)
    except OSError:
        return False
    return True
