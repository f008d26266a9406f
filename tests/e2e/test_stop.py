"""Told to stop in the middle of everything: at once, with exit 0, and nothing answered is lost."""

import os
import signal
import subprocess
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import History, Sender, deliver_chat, send_mail

GRACE = 20
pytestmark = pytest.mark.e2e


def family(daemon):
    """Process ids of the daemon and its children, as whoever stops the whole group sees them."""
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(daemon.process.pid)], capture_output=True, text=True, check=False
    )
    return [daemon.process.pid, *map(int, children.stdout.split())]


def worker_of(daemon):
    return next(pid for pid in family(daemon)[1:] if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes())


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
        tickets = daemon.tickets()
    finally:
        stop.set()
        daemon.stop()
    history.is_kept_once(tickets)


def answered_again(history):
    answered = len(history.answered)
    wait_for(lambda: len(history.answered) > answered + 20, what="traffic")


def stopped(daemon, number, members):
    """The signal to all these processes, and the daemon's exit code; nobody is left behind."""
    everybody = family(daemon)
    for pid in members:
        os.kill(pid, number)
    code = daemon.process.wait(GRACE + 5)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everybody), what="an empty house")
    return code


def test_signals_and_deaths_in_the_middle_of_everything_disturb_nobody(under_load):
    daemon, history = under_load
    answered_again(history)
    for _ in range(1000):
        os.kill(daemon.process.pid, signal.SIGHUP)
    os.kill(worker_of(daemon), signal.SIGKILL)
    answered_again(history)
    wait_for(daemon.is_ready, what="readiness")

    assert stopped(daemon, signal.SIGTERM, family(daemon)) == 0
    daemon.start()
    answered_again(history)
    assert stopped(daemon, signal.SIGINT, [daemon.process.pid]) == 0
