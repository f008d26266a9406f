"""A mail of the size limit through the real daemon: accepted, decoded, filed, within 150 MB of memory more."""

import base64
import os
import smtplib
import threading
from pathlib import Path

import psutil
import pytest

from tests.e2e.daemon import Daemon
from tests.e2e.looking import filed

pytestmark = pytest.mark.e2e

SIZE = 25_000_000
MOST_MORE = 150_000_000
HEAD = (
    "From: Ana <ana@cliente.example>\r\nTo: suporte@exemplo.com.br\r\nSubject: Pedido grande\r\nMIME-Version: 1.0\r\n"
    'Message-ID: <grande@cliente.example>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSegue a digitalização.\r\n"
    "--b\r\nContent-Type: application/pdf; name=grande.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
).encode()
END = b"\r\n--b--\r\n"


def mail_with_file(mark, size):
    lines = base64.encodebytes(os.urandom((size - 2_000) * 3 // 4 * 76 // 78)).replace(b"\n", b"\r\n")
    head = HEAD.replace(b"grande", mark.encode())
    return head + lines[: size - len(head) - len(END)] + END


def hand_over(daemon, content):
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=60, local_hostname="cliente.example") as smtp:
        smtp.sendmail("ana@cliente.example", ["suporte@exemplo.com.br"], content)


class Watch(threading.Thread):
    """The most memory that a daemon and its children held at one moment, over what they held at first."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        self.before = self.now()
        self.most = self.samples = 0
        self.done = threading.Event()
        for process in self.processes:
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # its peak is counted anew from here

    def now(self):
        return sum(process.memory_info().rss for process in self.processes)

    def run(self):
        while not self.done.wait(0.002):
            self.most = max(self.most, self.now() - self.before)
            self.samples += 1

    def peaks(self):
        """Of each process alone, as the kernel counted it."""
        lines = [line for one in self.processes for line in Path(f"/proc/{one.pid}/status").read_text().splitlines()]
        return [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks are counted by Linux's /proc")
def test_a_mail_of_25_megabytes_takes_less_than_150_more(tmp_path):
    daemon = Daemon(tmp_path, extra="worker: {processes: 1}").start()  # or the warm child is not the one that works
    content = mail_with_file("grande", SIZE)
    try:
        hand_over(daemon, mail_with_file("aquecimento", 200_000))  # code that is loaded when it is first needed
        filed(daemon, "aquecimento")
        watch = Watch(daemon.pid)
        watch.start()
        hand_over(daemon, content)
        ticket = filed(daemon, "grande")
        watch.done.set()
        watch.join()
        peaks = watch.peaks()
    finally:
        daemon.stop()

    assert len(content) >= SIZE - 300_000
    (file,) = ticket["messages"][0]["attachments"]
    assert file["size"] >= 17_500_000
    assert watch.samples > 100
    assert watch.most < MOST_MORE, (watch.most, watch.before, peaks)
    assert max(peaks) < watch.before + MOST_MORE
