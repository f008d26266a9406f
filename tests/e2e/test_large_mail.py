"""A mail of the size limit through the real daemon: accepted, decoded, filed, within 150 MB of memory more."""

import base64
import os
import smtplib
from pathlib import Path

import psutil
import pytest

from tests.e2e.daemon import Daemon
from tests.e2e.looking import filed
from tests.e2e.senders import send_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SIZE = 25_000_000
MOST_MORE = 150_000_000
HEAD = (
    "From: Ana <ana@cliente.example>\r\nTo: suporte@exemplo.com.br\r\nSubject: Pedido grande\r\nMIME-Version: 1.0\r\n"
    'Message-ID: <grande@cliente.example>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSegue a digitalização.\r\n"
    "--b\r\nContent-Type: application/pdf; name=grande.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
).encode()
END = b"\r\n--b--\r\n"


def large_mail():
    lines = base64.encodebytes(os.urandom((SIZE - 2_000) * 3 // 4 * 76 // 78)).replace(b"\n", b"\r\n")
    return HEAD + lines[: SIZE - len(HEAD) - len(END)] + END


def processes(pid):
    daemon = psutil.Process(pid)
    return [daemon, *daemon.children(recursive=True)]


def forget_peaks(pid):
    """What each process holds now; from here on its peak is counted anew."""
    for process in processes(pid):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    return {process.pid: process.memory_info().rss for process in processes(pid)}


def peak(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks are counted by Linux's /proc")
def test_a_mail_of_25_megabytes_takes_less_than_150_more(tmp_path):
    daemon = Daemon(tmp_path).start()
    try:
        send_mail(daemon.ports["smtp"], "aquecimento")
        filed(daemon, "aquecimento")
        before = forget_peaks(daemon.pid)
        content = large_mail()
        with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=60, local_hostname="cliente.example") as smtp:
            smtp.sendmail("ana@cliente.example", ["suporte@exemplo.com.br"], content)
        ticket = filed(daemon, "grande")
        more = {process.pid: peak(process.pid) - before.get(process.pid, 0) for process in processes(daemon.pid)}
    finally:
        daemon.stop()

    assert len(content) >= SIZE - 300_000
    (file,) = ticket["messages"][0]["attachments"]
    assert file["size"] >= 17_500_000
    assert sum(more.values()) < MOST_MORE, more
