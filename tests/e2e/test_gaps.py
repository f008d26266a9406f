"""What may have passed a real daemon by is counted: Asterisk away, the rest of a file of records gone, a part lost."""

import contextlib
import socketserver
import sqlite3
import threading
import time

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import part

pytestmark = pytest.mark.e2e

TELEPHONE = """\
    ami: {{host: 127.0.0.1, port: {port}, user: balcao, secret: file:ami.secret}}
    watch: {{files: Master.csv}}
"""
LINE = '"","11912345678","600","x","","P","","Queue","s","2026-03-02 08:40:00","","2026-03-02 08:40:01",9,0,"NO ANSWER","D","1772.{0}"\n'  # noqa: E501 - one line of Asterisk's
AN_HOUR = 3600


class Asterisk(socketserver.ThreadingTCPServer):
    """A manager that takes every login and tells nothing, until it is `cut`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.logged_in = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def cut(self):
        for session in self.logged_in:
            with contextlib.suppress(OSError):
                session.request.shutdown(2)


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"Asterisk Call Manager/7.0.3\r\n")
        while self.rfile.readline() not in {b"\r\n", b""}:
            pass
        self.wfile.write(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
        self.server.logged_in.append(self)
        self.rfile.read()


@pytest.fixture
def asterisk():
    with Asterisk() as server:
        yield server
        server.shutdown()
        server.cut()


@pytest.fixture
def daemon(tmp_path, asterisk):
    made = Daemon(tmp_path)
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text + TELEPHONE.format(port=asterisk.port), encoding="utf-8")
    (tmp_path / "ami.secret").write_text("segredo", encoding="utf-8")
    (tmp_path / "Master.csv").write_text(LINE.format(1), encoding="utf-8")
    yield made.start()
    made.stop()


def figure(daemon, name, **labels):
    (label, value) = next(iter(labels.items()))
    return daemon.metrics().get(f'balcao_{name}{{{label}="{value}"}}')


def test_each_gap_of_a_telephone_system_is_counted(daemon, asterisk):
    """The connection is cut; then we were away for an hour, in which the file of records went, too."""
    wait_for(lambda: figure(daemon, "part_outages_total", part="telefone") == 0, what="the counter, before anything")
    assert figure(daemon, "unheard_total", channel="telefone") == 0
    assert figure(daemon, "unheard_seconds_total", channel="telefone") == 0

    asterisk.cut()
    wait_for(lambda: figure(daemon, "part_outages_total", part="telefone") == 1, what="the outage")
    wait_for(lambda: len(asterisk.logged_in) == 2 and part(daemon, "telefone")[0] == "up", what="another connection")
    assert figure(daemon, "part_outages_total", part="telefone") == 1
    moments = len(daemon.logged("ami_unheard"))  # none, where coming back took no more than a moment
    assert figure(daemon, "unheard_total", channel="telefone") == moments

    assert daemon.stop() == 0
    an_hour_passes(daemon)
    (daemon.folder / "Master.csv").unlink()
    (daemon.folder / "Master.csv").write_text(LINE.format(2) + LINE.format(3), encoding="utf-8")
    daemon.start()

    both = "the manager's gap, and the file's, since the start"
    wait_for(lambda: figure(daemon, "unheard_total", channel="telefone") == 2, what=both)
    seconds = figure(daemon, "unheard_seconds_total", channel="telefone")
    assert 2 * AN_HOUR <= seconds < 2 * AN_HOUR + 600
    assert [len(daemon.logged(event)) for event in ("ami_unheard", "rotated_file_not_found")] == [moments + 1, 1]
    wait_for(lambda: figure(daemon, "accepted_total", channel="telefone") == 2, what="the records of the new file")


def an_hour_passes(daemon):
    """For both sources: they were last looked at that long ago."""
    with contextlib.closing(sqlite3.connect(daemon.folder / "var" / "journal.db")) as database:
        then = int((time.time() - AN_HOUR) * 1_000_000)
        changed = database.execute("UPDATE source_folders SET looked_at = ?", (then,)).rowcount
        database.commit()
    assert changed == 2
