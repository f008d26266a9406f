"""The whole daemon with its attachments in a bucket: away, back, killed in between. Nothing lost, nothing doubled."""

import hashlib
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import part
from tests.s3_server import ACCESS, SECRET, S3Server

pytestmark = pytest.mark.e2e

EXTRA = """\
worker: {{processes: 1}}
attachments:
  place: s3
  s3: {{bucket: {bucket}, endpoint: "{endpoint}", path_style: true, timeout: 1s,
       access_key: env:T_S3_A, secret_key: env:T_S3_S}}"""


@pytest.fixture
def server():
    running = S3Server().start()
    yield running
    running.stop()


def send(daemon, mark, content):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = f"{mark}@cliente.example", "suporte@exemplo.com.br", mark
    letter["Message-ID"] = f"<{mark}@cliente.example>"
    letter.set_content("Segue o boleto.")
    letter.add_attachment(content, maintype="application", subtype="pdf", filename=f"{mark}.pdf")
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as smtp:
        smtp.send_message(letter)


def test_an_outage_of_the_bucket_costs_nobody_anything(tmp_path, server, monkeypatch):
    monkeypatch.setenv("T_S3_A", ACCESS)
    monkeypatch.setenv("T_S3_S", SECRET)
    bucket = server.new_bucket()
    daemon = Daemon(tmp_path, extra=EXTRA.format(bucket=bucket, endpoint=server.endpoint)).start()
    contents = {f"boleto{number}": f"%PDF {number}".encode() for number in range(4)}
    try:
        send(daemon, "boleto0", contents["boleto0"])
        wait_for(lambda: len(daemon.tickets()) == 1, what="the first ticket")
        server.stop()
        for mark in ("boleto1", "boleto2"):
            send(daemon, mark, contents[mark])
        wait_for(lambda: part(daemon, "store")[0] == "down", what="the outage told")
        told = " ".join(str(one) for one in daemon.logged("waiting"))
        assert "s3://" in told
        daemon.kill()
        daemon.start(ready=False)
        wait_for(lambda: _answers(daemon), what="an answer after the kill")
        send(daemon, "boleto3", contents["boleto3"])
        server.start()
        wait_for(lambda: len(daemon.tickets()) == 4 and daemon.drained(), what="all tickets")
        assert sorted(one["subject"] for one in daemon.tickets()) == sorted(contents)
        assert len(server.keys(bucket)) == 4
        assert daemon.json("store", "verify")["good"] == 4
        assert not (tmp_path / "var" / "attachments").exists()
        key = hashlib.sha256(contents["boleto3"]).hexdigest()
        got = server.client.get_object(Bucket=bucket, Key=f"{key[:2]}/{key[2:4]}/{key}")["Body"].read()
        assert got == contents["boleto3"]
        assert not any(secret in daemon.log.read_text() for secret in (ACCESS, SECRET))
        assert SECRET not in Path(f"/proc/{daemon.pid}/cmdline").read_text()
    finally:
        daemon.stop()


def _answers(daemon):
    try:
        with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=2):
            return True
    except OSError:
        return False
