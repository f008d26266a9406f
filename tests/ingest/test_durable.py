"""Files are replaced whole, with the rights they had, also where they cannot be replaced."""

import errno
from pathlib import Path

import pytest

from ingest import durable
from ingest.durable import append_line, remove_file, write_file


def test_a_file_is_replaced_with_its_mode_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("old")
    path.chmod(0o640)
    inode = path.stat().st_ino
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_ino != inode
    assert [each.name for each in tmp_path.iterdir()] == ["rules.yaml"]


def test_a_new_file_is_for_its_owner_alone(tmp_path):
    write_file(tmp_path / "new", b"x")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EACCES])
def test_a_file_that_cannot_be_replaced_is_written_in_place(tmp_path, monkeypatch, number):
    """A bind mount in a container is busy; the folder may be another user's."""

    def refuse(self, target):
        raise OSError(number, "no")

    path = tmp_path / "rules.yaml"
    path.write_text("a longer old text")
    monkeypatch.setattr(Path, "replace", refuse)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["rules.yaml"]


def test_any_other_failure_leaves_the_old_file(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "full")

    path = tmp_path / "rules.yaml"
    path.write_text("old")
    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        write_file(path, b"new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["rules.yaml"]


def test_lines_are_appended_and_one_that_was_cut_off_spoils_no_other(tmp_path):
    path = tmp_path / "history.jsonl"
    append_line(path, b"one")
    with path.open("ab") as stream:
        stream.write(b"half a li")
    append_line(path, b"two")
    assert path.read_bytes().splitlines() == [b"one", b"half a li", b"two"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_gone_already_is_no_failure(tmp_path):
    remove_file(tmp_path / "gone")
