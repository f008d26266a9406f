"""The whole daemon with journal and ticket store on PostgreSQL: every road in, a token, a kill, a lost server."""

import asyncio
import email
import smtplib
import threading
from email import policy
from functools import partial

import asyncpg
import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import filed, part
from tests.e2e.senders import History, Sender, chat_body, deliver_chat, mail_bytes, post, send_mail
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = pytest.mark.e2e

EXTRA = """\
store: {{url: "{store}"}}
journal: {{url: "{journal}"}}
acknowledgement: {{budgets: {{per_domain: 100000, same_text: null}}}}"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, postgres_server):
    names = ("balcao_e2e_store", "balcao_e2e_journal")
    asyncio.run(run_sql(postgres_server, *(f"CREATE DATABASE {name}" for name in names)))
    store, journal = (on_server(postgres_server, name) for name in names)
    daemon = Daemon(tmp_path_factory.mktemp("postgres"), extra=EXTRA.format(store=store, journal=journal)).start()
    yield daemon
    daemon.stop()
    asyncio.run(run_sql(postgres_server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names)))


def letter_of(daemon, number):
    for file in (daemon.folder / "var" / "outgoing").glob("*.eml"):
        letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        if f"[#{number}]" in letter["Subject"]:
            return letter
    return None


def test_every_road_leads_to_a_ticket(daemon):
    send_mail(daemon.ports["smtp"], "pg-mail")
    body = chat_body("pg-chat") | {"subject": "chat pg-chat"}
    assert post(daemon.ports["public"], "site", daemon.secret(), body, "id-pg")[0] == 202
    assert post(daemon.ports["public"], "site", daemon.secret(), body, "id-pg")[0] == 200
    call = {
        "event": "missed",
        "call_id": "pg-1",
        "direction": "inbound",
        "from": "+5511912345678",
        "to": "+551140001000",
    }
    assert post(daemon.ports["public"], "telefone", daemon.secret("telefone"), call, "id-pg-call")[0] == 202

    mail, chat = filed(daemon, "pg-mail"), filed(daemon, "pg-chat")
    assert (mail["department"], mail["acknowledgements"][0]["state"]) == ("financeiro", "sent")
    assert len(chat["messages"]) == 1
    wait_for(lambda: [one for one in daemon.get("/v1/tickets?limit=100") if "5511912345678" in str(one)], what="a call")
    assert not (daemon.folder / "var" / "balcao.db").exists()
    assert not (daemon.folder / "var" / "journal.db").exists()


def test_a_reply_with_the_token_joins_its_ticket(daemon):
    send_mail(daemon.ports["smtp"], "pg-resposta")
    number = filed(daemon, "pg-resposta")["number"]
    reply_to = wait_for(lambda: letter_of(daemon, number), what="the letter")["Reply-To"]
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as client:
        client.sendmail("outra@cliente.example", [reply_to], mail_bytes("continua", "outra@cliente.example"))

    wait_for(lambda: len(daemon.get(f"/v1/tickets/{number}")["messages"]) == 2, what="the reply")
    assert [message["verified"] for message in daemon.get(f"/v1/tickets/{number}")["messages"]] == [True, True]


def test_nothing_answered_is_lost_or_doubled_over_a_kill_and_a_server_that_drops_everybody(daemon, postgres_server):
    history, stop = History(), threading.Event()
    senders = [
        Sender("pgm", partial(send_mail, daemon.ports["smtp"]), history, stop),
        Sender("pgc", deliver_chat(daemon.ports["public"], daemon.secret), history, stop),
    ]
    for sender in senders:
        sender.start()
    try:
        wait_for(lambda: len(history.answered) > 50, what="traffic")
        daemon.kill()
        daemon.start()
        before = len(history.answered)
        for _ in range(5):
            asyncio.run(_drop_everybody(postgres_server))
            stop.wait(0.3)
        wait_for(lambda: len(history.answered) > before + 50, what="traffic after the drops")
    finally:
        stop.set()
        for sender in senders:
            sender.join(20)
    wait_for(daemon.drained, what="an empty journal and outbox")
    history.is_kept_once(daemon.tickets())
    assert part(daemon, "store")[0] == part(daemon, "journal")[0] == part(daemon, "worker")[0] == "up"
    assert daemon.json("status")["journal"]["counts"]["failed"] == 0


async def _drop_everybody(server):
    """What a restart or a failover does to its clients."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'balcao_e2e_%' "
            "AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
