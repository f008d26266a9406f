"""One daemon per role and directory."""

import os
import subprocess
import sys

import pytest

from ingest.locks import AlreadyRunning, RoleLock


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path):
    first, second = RoleLock(tmp_path, "work"), RoleLock(tmp_path, "work")
    first.take()
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        second.take()
    first.give_back()
    second.take()
    second.give_back()


def test_roles_do_not_stand_in_each_others_way(tmp_path):
    locks = [RoleLock(tmp_path, role) for role in ("work", "receive")]
    for lock in locks:
        lock.take()
    for lock in locks:
        lock.give_back()


def test_the_lock_of_a_dead_process_is_free(tmp_path):
    code = "import sys, pathlib; from ingest.locks import RoleLock; RoleLock(pathlib.Path(sys.argv[1]), 'work').take()"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    lock = RoleLock(tmp_path, "work")
    lock.take()
    lock.give_back()


def test_a_folder_that_the_daemon_makes_is_for_its_user_alone(tmp_path):
    lock = RoleLock(tmp_path / "srv" / "var", "work")
    lock.take()
    lock.give_back()

    assert (tmp_path / "srv" / "var").stat().st_mode & 0o777 == 0o700
