"""Attack 4: the journal cannot be written to any more while the daemon runs, as when its disk turns read-only."""

import contextlib
import signal
import smtplib

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.disks import read_only
from tests.e2e.looking import part
from tests.e2e.senders import History, chat_body, mail_bytes, post

pytestmark = pytest.mark.e2e


def both(daemon, history, mark):
    """Codes of a mail and a webhook that carry `mark`; what is promised goes into the history."""
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=60) as client:
        client.ehlo()
        client.mail("ana@cliente.example")
        client.rcpt("suporte@exemplo.com.br")
        mail, _ = client.data(mail_bytes(mark))
    chat, _ = post(daemon.ports["public"], "site", daemon.secret(), chat_body(f"{mark}c"), f"id-{mark}", timeout=60)
    for code, own in ((mail, mark), (chat, f"{mark}c")):
        if 200 <= code < 300:
            history.promise(own)
    return mail, chat


def test_senders_are_told_to_come_again_and_what_was_promised_before_is_filed_once(tmp_path):
    history, daemon = History(), Daemon(tmp_path).start()
    journal = daemon.folder / "var" / "journal.db"
    try:
        for number in range(5):
            assert both(daemon, history, f"antes{number}") == (250, 202)
        with read_only(journal, journal.with_name("journal.db-wal")):
            assert both(daemon, history, "durante") == (451, 503)
            wait_for(lambda: part(daemon, "journal")[0] == "down", what="a word at /readyz")
            found = daemon.json("status")["verdict"]
            assert found["state"] == "stopped", found
            told = [one["code"] for one in found["reasons"] if "OperationalError" in one["text"]]
            assert told == ["part_down"], found
            assert "OperationalError" in daemon.logged("mail_deferred")[0]["detail"]
        wait_for(lambda: both(daemon, history, "depois") == (250, 202), what="acceptance")
        wait_for(lambda: daemon.get("/readyz")["ready"], what="readiness")
        wait_for(daemon.drained, what="an empty journal")
        tickets = daemon.tickets()
    finally:
        assert daemon.stop() == 0
    history.is_kept_once(tickets)


def test_a_shared_memory_that_cannot_be_written_to_ends_the_daemon_with_a_word_and_costs_nothing(tmp_path):
    """SQLite has it mapped: the kernel sends SIGBUS, after which a process can log nothing itself."""
    history, daemon = History(), Daemon(tmp_path).start()
    try:
        assert both(daemon, history, "antes") == (250, 202)
        wait_for(daemon.drained, what="an empty journal")
        with read_only(daemon.folder / "var" / "journal.db-shm"):
            with contextlib.suppress(OSError, smtplib.SMTPException):
                both(daemon, history, "durante")
            wait_for(lambda: daemon.process.poll() is not None, what="the end")
            assert daemon.process.returncode == -signal.SIGBUS
            assert "Fatal Python error: Bus error" in daemon.log.read_text(errors="replace")
        daemon.start()
        wait_for(daemon.drained, what="an empty journal")
        tickets = daemon.tickets()
    finally:
        assert daemon.stop() == 0
    history.is_kept_once(tickets)
