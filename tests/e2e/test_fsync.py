"""A promise follows a completed sync of the journal (attack 2). SIGKILL cannot show a missing fsync; strace can."""

import shutil
import subprocess

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import chat_body, post, send_mail
from tests.e2e.tracing import Trace

CALLS = "trace=fsync,fdatasync,write,writev,pwrite64,pwritev,sendto,sendmsg"


def can_trace():
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.e2e
@pytest.mark.skipif(not can_trace(), reason="strace with ptrace is not available here")
def test_every_promise_follows_a_completed_sync_of_its_own_bytes(tmp_path):
    log = tmp_path / "strace.log"
    daemon = Daemon(tmp_path / "desk", wrapper=("strace", "-f", "-yy", "-s", "5000", "-e", CALLS, "-o", str(log)))
    daemon.start()
    try:
        for number in range(15):
            send_mail(daemon.ports["smtp"], f"fsyncmark-m{number}")
            body = chat_body(f"fsyncmark-c{number}")
            status, _ = post(daemon.ports["public"], "site", daemon.secret(), body, f"id{number}")
            assert status == 202
        wait_for(daemon.drained, what="an empty journal")
    finally:
        daemon.stop()
    trace = Trace([f"{kind}{number}" for number in range(15) for kind in "mc"])
    for line in log.read_text(errors="replace").splitlines():
        trace.feed(line)
    assert trace.promises == 30
    assert trace.violations == []


WAL = "/x/var/journal.db-wal"
WRITE = f'9 pwrite64(7<{WAL}>, "fsyncmark-a", 1, 0) = 1'
OTHER = f'9 pwrite64(7<{WAL}>, "something else", 1, 0) = 1'
SYNC = f"9 fdatasync(7<{WAL}>) = 0"
BEGIN, END = f"9 fdatasync(7<{WAL}> <unfinished ...>", "9 <... fdatasync resumed>) = 0"
PROMISE = '8 sendto(5<TCP:[127.0.0.1:1->127.0.0.1:2]>, "250 2.0.0 Accepted as 1\\r\\n", 25, 0, NULL, 0) = 25'


@pytest.mark.parametrize(
    ("lines", "violations"),
    [
        ([WRITE, SYNC, PROMISE], 0),
        ([WRITE, SYNC, OTHER, PROMISE], 0),
        ([WRITE, BEGIN, END, PROMISE], 0),
        ([WRITE, PROMISE], 1),
        ([PROMISE], 1),
        ([PROMISE, WRITE, SYNC], 1),
        ([SYNC, WRITE, PROMISE], 1),
        ([WRITE, BEGIN, PROMISE], 1),
        ([BEGIN, WRITE, END, PROMISE], 1),
        ([WRITE, f"9 fdatasync(7<{WAL}>) = -1 EIO (Input/output error)", PROMISE], 1),
        ([OTHER, SYNC, PROMISE], 1),
    ],
)
def test_the_reader_of_traces_tells_a_synced_promise_from_an_unsynced_one(lines, violations):
    trace = Trace(["a"])
    for line in lines:
        trace.feed(line)
    assert len(trace.violations) == violations
