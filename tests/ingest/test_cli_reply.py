"""`balcao tickets reply`: what is written down, what is sent, and what is refused in words."""

import asyncio
import email
from email import policy

import pytest

from channels.mail.options import Relay
from channels.mail.relay import RelaySender
from ingest.dispatch import Dispatcher
from ingest.metrics import Metrics
from ingest.supervise import Liveness, spawn
from store import outbox
from store.attachments import AttachmentFiles
from store.engines import Database
from tests.channels.mail.outgoing import NOW, relaying
from tests.ingest.desk import file_tickets, install
from tests.patience import PATIENCE
from tests.samples import MAILBOX, call, mail


@pytest.fixture
def desk(tmp_path):
    installation = install(tmp_path)
    (tmp_path / "var" / "secrets").mkdir(parents=True)
    (tmp_path / "var" / "secrets" / "token.key").write_text("a key for tests only, long enough")
    said = mail(subject="RES: Erro na nota ção", references=("<0@cliente.example>",), reply_to=("ana@casa.example",))
    asyncio.run(file_tickets(f"sqlite:///{tmp_path / 'var' / 'balcao.db'}", said, call(return_path="+5511912345678")))
    return installation


async def delivered(desk):
    """What a real SMTP server was given for everything that waits: (envelope sender, recipients, mail)."""
    database = Database.open(f"sqlite:///{desk.folder / 'var' / 'balcao.db'}")
    calm = asyncio.Event()
    calm.set()
    async with relaying() as relay:
        sender = RelaySender(
            Relay(host="127.0.0.1", port=relay.port, tls="none"), MAILBOX, hostname="mx", password=None, now=lambda: NOW
        )
        dispatcher = Dispatcher(
            database=database, files=AttachmentFiles(desk.folder / "var" / "attachments"), senders={"email": sender},
            wake=asyncio.Event(), calm=calm, metrics=Metrics(), liveness=Liveness(), concurrency=4, per_destination=2,
            retry_delays=(60.0,), poll=0.01,
        )  # fmt: skip
        task = spawn(dispatcher.run(), name="dispatcher under test")
        async with asyncio.timeout(PATIENCE):
            while (counts := await database.read(outbox.counts))["pending"] + counts["sending"]:
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await dispatcher.close()
    await database.close()
    return [(sender, to, email.message_from_bytes(content, policy=policy.default))
            for sender, to, content in relay.received]  # fmt: skip


def test_a_reply_is_sent_whole_and_threads(desk):
    (desk.folder / "nota ção.pdf").write_bytes(b"%PDF-1.7 \x00\xff" * 5000)
    made = desk.json(
        "tickets", "reply", "1", "--text", "Olá,\n\ncorrigido <hoje>.", "--attach", str(desk.folder / "nota ção.pdf")
    )
    again = desk.json("tickets", "reply", "1", "--text", "Mais uma coisa.")
    sent = asyncio.run(delivered(desk))

    replies = [(sender, to, mail) for sender, to, mail in sent if mail["Auto-Submitted"] is None]
    replies.sort(key=lambda one: one[2]["Message-ID"] != made["message_id"])
    (envelope, recipients, reply), (other_envelope, _, _) = replies
    assert recipients == ["ana@casa.example"], "his Reply-To"
    assert envelope.startswith("bounces+")
    assert envelope.endswith("@exemplo.com.br")
    assert envelope != other_envelope, "each message has its own"
    assert reply["Subject"] == "Re: Erro na nota ção"
    assert reply["Message-ID"] == made["message_id"]
    assert reply["In-Reply-To"] == "<1@cliente.example>"
    assert reply["References"].split() == ["<0@cliente.example>", "<1@cliente.example>"]
    assert reply["Reply-To"].startswith("suporte+")
    assert reply.get_body(("plain",)).get_content().replace("\r\n", "\n") == "Olá,\n\ncorrigido <hoje>.\n"
    assert "corrigido &lt;hoje&gt;." in reply.get_body(("html",)).get_content()
    (file,) = reply.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("nota ção.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7 \x00\xff" * 5000

    ticket = desk.json("tickets", "show", "1")
    first, second = [one for one in ticket["messages"] if one["direction"] == "out"]
    assert (first["id"], second["id"]) == (made["message"], again["message"])
    assert first["sending"] == {"to": "ana@casa.example", "state": "sent", "reason": None, "attempts": 1}
    assert [one["name"] for one in first["attachments"]] == ["nota ção.pdf"]
    assert ticket["state"] == "waiting"
    assert [event["what"] for event in ticket["history"]][-3:] == ["replied", "state", "replied"]


def test_an_automatic_message_still_has_no_envelope_sender(desk):
    sent = asyncio.run(delivered(desk))
    assert [sender for sender, _, mail in sent if mail["Auto-Submitted"]] == ["<>"]


def test_people_are_told_where_it_goes(desk):
    result = desk.run("tickets", "reply", "1", "--text", "Feito.")
    assert result.exit_code == 0
    assert "ana@casa.example" in result.stdout
    shown = desk.run("tickets", "show", "1").stdout
    assert "Feito." in shown
    assert "a enviar" in shown


def test_text_from_a_file_and_from_standard_input(desk):
    (desk.folder / "r.txt").write_bytes("\ufeffOlá\r\nmundo".encode())
    desk.json("tickets", "reply", "1", "--text-file", str(desk.folder / "r.txt"))
    assert desk.run("tickets", "reply", "1", "--text-file", "-", input="da entrada").exit_code == 0
    said = [one["text"] for one in desk.json("tickets", "show", "1")["messages"] if one["direction"] == "out"]
    assert said == ["Olá\nmundo\n", "da entrada\n"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["9", "--text", "x"], 1, "9"),
        (["2", "--text", "x"], 1, "telefone"),
        (["1"], 2, "--text"),
        (["1", "--text", "x", "--text-file", "y"], 2, "--text"),
        (["1", "--text", "  \n"], 2, "nada"),
        (["1", "--text", "x", "--attach", "nao-existe.pdf"], 2, "nao-existe.pdf"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words_and_writes_nothing(desk, words, code, told):
    result = desk.run("tickets", "reply", *words)
    assert result.exit_code == code
    assert told in result.output
    for number in ("1", "2"):
        assert all(one["direction"] == "in" for one in desk.json("tickets", "show", number)["messages"])


def test_too_many_bytes_of_files_are_refused(desk):
    (desk.folder / "grande.bin").write_bytes(b"x" * 20_000_001)
    result = desk.run("tickets", "reply", "1", "--text", "x", "--attach", str(desk.folder / "grande.bin"))
    assert (result.exit_code, "20 MB" in result.output) == (1, True)
    assert "nada foi enviado" in result.output
