"""What systemd is told, and that nobody is told where nobody asked."""

import asyncio
import os
import socket
from contextlib import contextmanager

import pytest

from ingest import notifying
from tests.patience import PATIENCE


@contextmanager
def listening(path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(os.fspath(path))
        ear.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", os.fspath(path))
        yield ear


def test_lines_reach_whoever_asked(tmp_path, monkeypatch):
    with listening(tmp_path / "notify", monkeypatch) as ear:
        assert notifying.tell("READY=1", "STATUS=aberto")
        assert ear.recv(200) == b"READY=1\nSTATUS=aberto"


@pytest.mark.parametrize("told", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "relative"},
                                  {"NOTIFY_SOCKET": "/nowhere/at/all"}])  # fmt: skip
def test_where_nobody_listens_nothing_happens(told):
    assert not notifying.tell("READY=1", environment=told)


async def test_while_the_loop_turns_the_watchdog_hears_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    with listening(tmp_path / "notify", monkeypatch) as ear:
        async with notifying.watchdog(None):
            async with asyncio.timeout(PATIENCE):
                for _ in range(3):
                    assert await asyncio.get_running_loop().sock_recv(ear, 200) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [({}, None), ({"WATCHDOG_USEC": "0"}, None), ({"WATCHDOG_USEC": "x"}, None), ({"WATCHDOG_USEC": "500000"}, 0.5),
     ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": "1"}, None)],
)  # fmt: skip
def test_only_this_process_is_watched_and_only_if_somebody_does(told, seconds):
    assert notifying.watchdog_seconds(told) == seconds
