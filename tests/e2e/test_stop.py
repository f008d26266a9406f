"""Told to stop in the middle of everything: at once, with exit 0, and nothing answered is lost."""

import os
import signal
import subprocess
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import History, Sender, deliver_chat, marks_in, send_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def family(daemon):
    """Process ids of the daemon and its children, as whoever stops the whole group sees them."""
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(daemon.process.pid)], capture_output=True, text=True, check=False
    )
    return [daemon.process.pid, *map(int, children.stdout.split())]


def worker_of(daemon):
    return next(pid for pid in family(daemon)[1:] if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())


def terminated(daemon):
    os.kill(daemon.process.pid, signal.SIGTERM)
    return daemon.process.wait(20)


def terminated_with_all_children(daemon):
    for pid in family(daemon):
        os.kill(pid, signal.SIGTERM)
    return daemon.process.wait(20)


def interrupted(daemon):
    os.kill(daemon.process.pid, signal.SIGINT)
    return daemon.process.wait(20)


@pytest.fixture
def under_load(tmp_path):
    """A running daemon with customers before it; afterwards their history must agree with the tickets."""
    daemon, history, stop = Daemon(tmp_path).start(), History(), threading.Event()
    mail, chat = partial(send_mail, daemon.ports["smtp"]), deliver_chat(daemon.ports["public"], daemon.secret)
    senders = [Sender(f"m{n}", mail, history, stop) for n in range(3)] + [Sender("c", chat, history, stop)]
    for sender in senders:
        sender.start()
    try:
        yield daemon, history
        daemon.start()
        stop.set()
        for sender in senders:
            sender.join(20)
        wait_for(daemon.drained, what="an empty journal and outbox")
        stored = marks_in(daemon.tickets())
    finally:
        stop.set()
        daemon.stop()
    assert history.answered - stored.keys() == set()
    assert {mark: count for mark, count in stored.items() if count != 1} == {}


def test_every_way_of_stopping_is_clean_and_quick(under_load):
    daemon, history = under_load
    for way in (terminated, terminated_with_all_children, interrupted):
        answered = len(history.answered)
        wait_for(lambda answered=answered: len(history.answered) > answered + 20, what="traffic")
        members, begun = family(daemon), time.monotonic()
        assert way(daemon) == 0
        assert time.monotonic() - begun < 10
        wait_for(lambda members=members: not any(Path(f"/proc/{pid}").exists() for pid in members), within=5)
        if way is not interrupted:
            daemon.start()


def test_signals_to_reload_and_deaths_of_the_worker_disturb_nobody(under_load):
    daemon, history = under_load
    for _ in range(3):
        for _ in range(500):
            os.kill(daemon.process.pid, signal.SIGHUP)
        answered = len(history.answered)
        os.kill(worker_of(daemon), signal.SIGKILL)
        wait_for(lambda answered=answered: len(history.answered) > answered + 20, what="traffic")
        wait_for(daemon.is_ready, what="readiness")
    assert terminated(daemon) == 0
