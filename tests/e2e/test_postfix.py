"""The real daemon between two sides of a real Postfix: in by LMTP, out by relay, and back as a bounce."""

import smtplib

import pytest

from tests import postfix as postfixes
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import part, tickets_about
from tests.e2e.senders import mail_bytes, send_mail
from tests.ports import free_port

pytestmark = pytest.mark.e2e

OURS = "exemplo.com.br"
WAITING = ("bia", "caio")
MAIN = """\
relay_domains = {domain}
transport_maps = inline:{{ {domain}=lmtp:inet:[127.0.0.1]:{lmtp} }}
recipient_delimiter = +
delay_warning_time = 1s
"""
EMAIL = """\
    lmtp: ["127.0.0.1:{lmtp}"]
    relay: {{host: 127.0.0.1, port: {relay}, tls: none}}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Postfix and the daemon, which know each other."""
    lmtp = free_port()
    with postfixes.running(main=MAIN.format(domain=OURS, lmtp=lmtp)) as postfix:
        daemon = Daemon(tmp_path_factory.mktemp("house"), email=EMAIL.format(lmtp=lmtp, relay=postfix.port))
        try:
            yield postfix, daemon.start()
        finally:
            daemon.stop()


def writes(postfix, mark, sender):
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
        client.sendmail(sender, [f"suporte@{OURS}"], mail_bytes(mark, sender))


def ticket_about(daemon, mark):
    """The one ticket about it; None while there is none."""
    found = tickets_about(daemon, mark)
    assert len(found) < 2
    return found[0] if found else None


def answered(postfix, address, mark):
    """The mails that reached this customer in answer to `mark`."""
    return [mail for mail in postfix.delivered(address) if f"In-Reply-To: <{mark}@cliente.example>".encode() in mail]


def test_in_by_lmtp_out_by_relay_and_back_as_a_bounce(desk):
    postfix, daemon = desk
    before = len(daemon.get("/v1/tickets?limit=100"))
    writes(postfix, "primeiro", "ana@cliente.example")
    postfix.wait_for(lambda: answered(postfix, "ana@cliente.example", "primeiro"), "the acknowledgement")
    assert postfix.lines("relay=127.0.0.1", "status=sent (250 2.0.0 Accepted as ")

    for mark, domain in (("volta", "devolve.example"), ("tarda", "adia.example")):
        writes(postfix, mark, f"eva@{domain}")
        ticket = wait_for(lambda mark=mark: ticket_about(daemon, mark), what="the ticket")
        daemon.balcao("tickets", "reply", str(ticket["number"]), "--text", "Segue a resposta.")
    ticket = wait_for(lambda: (one := ticket_about(daemon, "volta"))["failing"] and one, what="the bounce")
    assert [(one["address"], one["status"]) for one in ticket["failing"]] == [("eva@devolve.example", "5.1.1")]
    (reply,) = [one for one in ticket["messages"] if one["direction"] == "out"]
    assert reply["sending"]["state"] == "failed"
    assert "there is nobody of this name" in reply["sending"]["reason"]
    postfix.wait_for(lambda: postfix.lines("sender delay notification"), "Postfix's warning")
    wait_for(lambda: len(ticket_about(daemon, "tarda")["messages"]) == 3, what="the warning on its ticket")
    assert ticket_about(daemon, "tarda")["failing"] == []
    assert len(daemon.get("/v1/tickets?limit=100")) == before + 3


def test_whichever_side_is_away_nothing_is_lost_or_doubled(desk):
    postfix, daemon = desk
    daemon.stop()
    writes(postfix, "sem-balcao", "ana@cliente.example")
    postfix.wait_for(lambda: postfix.lines("status=deferred", "Connection refused"), "that we are away")
    daemon.start()
    postfix.wait_for(lambda: answered(postfix, "ana@cliente.example", "sem-balcao"), "the acknowledgement")

    postfix.stop()
    for name in WAITING:
        send_mail(daemon.ports["smtp"], f"sem-relay-{name}", f"{name}@outro.example")
    wait_for(lambda: part(daemon, "email/sending")[0] == "down", what="that the relay is away")
    wait_for(lambda: daemon.json("status")["outbox"]["pending"] == len(WAITING), what="that both wait")
    postfix.start()
    for name in WAITING:
        postfix.wait_for(lambda n=name: answered(postfix, f"{n}@outro.example", f"sem-relay-{n}"), "what waited")
    wait_for(daemon.drained, what="rest")

    assert part(daemon, "email/sending")[0] == "up"
    assert [len(postfix.delivered(f"{name}@outro.example")) for name in WAITING] == [1, 1]
    assert len(answered(postfix, "ana@cliente.example", "sem-balcao")) == 1
