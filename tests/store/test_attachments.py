"""Attachment files: whole or not there, named by what they hold."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from domain.errors import StoreUnavailable
from store.attachments import AttachmentFiles

CONTENT = b"%PDF-1.7 boleto"
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path):
    return AttachmentFiles(tmp_path / "attachments")


def everything(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_is_got(files, tmp_path):
    files.put(CONTENT, SHA)
    assert files.get(SHA) == CONTENT
    assert everything(tmp_path) == [tmp_path / "attachments" / SHA[:2] / SHA[2:4] / SHA]


def test_only_the_owner_may_look(files, tmp_path):
    files.put(CONTENT, SHA)
    assert files.path(SHA).stat().st_mode & 0o077 == 0
    assert (tmp_path / "attachments").stat().st_mode & 0o077 == 0


def test_the_same_content_is_written_once(files):
    files.put(CONTENT, SHA)
    before = files.path(SHA).stat()
    files.put(CONTENT, SHA)
    after = files.path(SHA).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_file_then_name_then_folder_are_synced(files, monkeypatch):
    steps = []
    real_sync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda handle: (steps.append(str(Path(f"/proc/self/fd/{handle}").readlink())), real_sync(handle))
    )
    monkeypatch.setattr(os, "replace", lambda old, new: (steps.append("rename"), real_replace(old, new)))
    files.put(CONTENT, SHA)
    folder = str(files.path(SHA).parent)
    renamed = steps.index("rename")
    assert steps[renamed - 1].startswith(f"{folder}/.new-")
    assert steps[renamed + 1] == folder


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_full_disk_leaves_nothing_half_stored(files, tmp_path, monkeypatch, step):
    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(StoreUnavailable):
            files.put(CONTENT, SHA)
    assert everything(tmp_path) == []
    files.put(CONTENT, SHA)
    assert files.get(SHA) == CONTENT


@pytest.mark.parametrize("damaged", [CONTENT[:-1], CONTENT[:-1] + b"O"], ids=["cut", "flipped"])
def test_a_damaged_file_is_not_given_out_and_is_mended_by_the_next_put(files, damaged):
    files.put(CONTENT, SHA)
    files.path(SHA).write_bytes(damaged)
    assert files.get(SHA) is None
    files.put(CONTENT, SHA)
    assert files.get(SHA) == CONTENT


def test_what_is_not_there_is_none(files):
    assert files.get(SHA) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", SHA.upper(), SHA[:-1], f"{SHA}\n", ""])
def test_nothing_but_a_hash_is_a_name(files, name):
    with pytest.raises(ValueError, match="SHA-256"):
        files.path(name)
