"""Nothing is accepted once disk space runs short; the disk is asked once a second at most."""

import os

import pytest

from domain.errors import IntakeUnavailable
from store.reserve import DiskReserve


@pytest.fixture
def disk(monkeypatch):
    """[free bytes, looks, time]"""
    state = {"free": 1000, "looks": 0, "time": 100.0}

    class Found:
        f_frsize = 1

        @property
        def f_bavail(self):
            return state["free"]

    def look(_folder):
        state["looks"] += 1
        return Found()

    monkeypatch.setattr(os, "statvfs", look)
    monkeypatch.setattr("time.monotonic", lambda: state["time"])
    return state


def test_enough_is_enough(disk, tmp_path):
    DiskReserve(tmp_path, 1000).check()
    assert disk["looks"] == 1


def test_shortage_is_noticed_and_over_within_a_second(disk, tmp_path):
    reserve = DiskReserve(tmp_path, 1000)
    reserve.check()
    disk.update(free=999, time=101.0)
    with pytest.raises(IntakeUnavailable):
        reserve.check()
    disk.update(free=1000, time=102.0)
    reserve.check()
    assert disk["looks"] == 3


def test_many_checks_cost_one_look(disk, tmp_path):
    reserve = DiskReserve(tmp_path, 1000)
    for _ in range(1000):
        reserve.check()
    assert disk["looks"] == 1


def test_a_folder_that_is_gone_is_a_shortage(tmp_path):
    with pytest.raises(IntakeUnavailable):
        DiskReserve(tmp_path / "gone", 1).check()


def test_without_a_folder_nothing_is_watched():
    reserve = DiskReserve(None, 1 << 60)
    assert reserve.check() is None
