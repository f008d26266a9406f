"""Attack 3: the disk of the attachments fills while one is written. The mail is kept, and filed when there is room."""

import hashlib
import smtplib
from email.message import EmailMessage

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.disks import fill, small_disk
from tests.e2e.looking import entries, filed, part
from tests.e2e.senders import send_mail

pytestmark = pytest.mark.e2e

BOX, LEFT = 16_000_000, 200_000
FITS, DOES_NOT = b"%PDF-1.4 cabe " * 2_000, bytes(range(256)) * 8_000


def send(daemon, mark, *contents):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ana@cliente.example", "suporte@exemplo.com.br", f"Pedido {mark}"
    mail.set_content(f"Preciso do boleto.\nmarca {mark}\n")
    for number, content in enumerate(contents):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{number}.bin")
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=10) as client:
        client.send_message(mail, "ana@cliente.example")


def test_a_mail_whose_file_finds_no_room_is_accepted_and_filed_with_all_its_files_when_there_is(tmp_path):
    with small_disk(tmp_path / "var" / "attachments", BOX) as folder:
        daemon = Daemon(tmp_path).start()
        try:
            send(daemon, "antes", FITS)
            filed(daemon, "antes")
            fill(folder / "ballast", leave=LEFT)
            send(daemon, "anexo", FITS[1:], DOES_NOT)
            wait_for(lambda: "No space left" in part(daemon, "store")[1], what="the reason at /readyz")
            send_mail(daemon.ports["smtp"], "durante")

            told = daemon.json("status")["verdict"]
            assert [one["code"] for one in told["reasons"] if "No space left" in one["text"]] == ["part_down"], told
            assert any("No space left" in line["error"] for line in daemon.logged("waiting"))
            assert [path for path in folder.rglob("*") if path.name.startswith(".new-")] == []
            assert len(entries(daemon, "waiting")) + len(entries(daemon, "claimed")) == 2

            (folder / "ballast").unlink()
            (message,) = filed(daemon, "anexo")["messages"]
            assert len(filed(daemon, "durante")["messages"]) == 1
            wait_for(lambda: part(daemon, "store")[0] == "up", what="the end of it")
            assert [one["sha256"] for one in message["attachments"]] == [
                hashlib.sha256(content).hexdigest() for content in (FITS[1:], DOES_NOT)
            ]
            assert {entry["attempts"] for entry in entries(daemon, "done")} == {1}, "it cost nobody an attempt"
            daemon.balcao("store", "verify")
        finally:
            assert daemon.stop() == 0
