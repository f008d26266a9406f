"""The real daemon and a real Dovecot: a mail by two roads, older mail without an answer, alarms and gaps that show."""

import urllib.error
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from tests import dovecot as dovecots
from tests.channels.imap.mailbox import mail
from tests.dovecot import PASSWORD, SUPPORT
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import mail_bytes, send_mail

pytestmark = pytest.mark.e2e

MAILBOX = """\
  caixa:
    kind: imap
    host: 127.0.0.1
    port: {port}
    tls: none
    username: {user}
    password: file:imap.password
    address: {user}
    recipients: ["@exemplo.com.br"]
    folders: {folders}
    reconcile: 1s
"""


@pytest.fixture
def dovecot():
    with dovecots.running() as one:
        yield one


def with_mailbox(folder, dovecot, *, password=PASSWORD, folders="[INBOX]", **options):
    one = Daemon(folder, **options)
    block = MAILBOX.format(port=dovecot.port, user=SUPPORT, folders=folders)
    one.config.write_text(one.config.read_text() + block, encoding="utf-8")
    (folder / "imap.password").write_text(password)
    return one


def answers(ticket):
    return [(one["state"], one["reason"]) for one in ticket["acknowledgements"]]


def by_subject(daemon):
    return {ticket["subject"]: ticket for ticket in daemon.tickets()}


def source(daemon, folder="INBOX"):
    return next(one for one in daemon.json("status")["sources"] if one["folder"] == folder)


def test_older_mail_is_taken_without_an_answer_and_one_mail_by_two_roads_is_one_message(tmp_path, dovecot):
    dovecot.deliver(mail("pedido antigo"), age=86_400)
    dovecot.deliver(mail("velho demais"), age=40 * 86_400)
    daemon = with_mailbox(tmp_path / "house", dovecot, arguments=("--backfill", "30d")).start()
    try:
        send_mail(daemon.ports["smtp"], "dois-caminhos", sender="ana@cliente.example")
        trace = b"Return-Path: <ana@cliente.example>\r\nReceived: from x by y; Mon, 2 Mar 2026 09:00:00 -0300\r\n"
        dovecot.deliver(trace + mail_bytes("dois-caminhos"))
        wait_for(lambda: source(daemon)["accepted"] == 2 and daemon.drained(), what="both mails")

        found = by_subject(daemon)
        assert set(found) == {"pedido antigo", "Pedido dois-caminhos"}
        assert answers(found["pedido antigo"]) == [("silent", "backfilled")]
        old = found["pedido antigo"]
        age = datetime.now(UTC) - datetime.fromisoformat(old["opened_at"])
        assert timedelta(hours=23) < age < timedelta(hours=25), "it counts from when the server took it"
        assert old["messages"][0]["received_at"] == old["opened_at"]
        assert "e-mail antigo, importado depois" in daemon.balcao(
            "tickets", "show", str(found["pedido antigo"]["number"])
        )
        assert [state for state, _ in answers(found["Pedido dois-caminhos"])] == ["sent"]
        assert len(found["Pedido dois-caminhos"]["messages"]) == 1
        assert daemon.json("status")["journal"]["counts"]["done"] == 3
    finally:
        daemon.stop()


def test_an_outage_shows_and_ends_a_gap_shows_and_closes(tmp_path, dovecot):
    daemon = with_mailbox(tmp_path / "house", dovecot, folders="[INBOX, Sumida]")
    try:
        daemon.start(ready=False)
        wait_for(lambda: part(daemon, "caixa").get("state") == "up", what="the mailbox")
        wait_for(lambda: "does not open" in (source(daemon, "Sumida")["trouble"] or ""), what="the missing folder")
        dovecot.kill()
        wait_for(lambda: part(daemon, "caixa")["state"] == "down", what="the outage to show")
        dovecot.deliver(mail("durante"))
        unreadable = dovecot.maildir() / "new" / dovecot.deliver(mail("ilegível"))
        unreadable.chmod(0)
        dovecot.start()
        wait_for(lambda: "durante" in by_subject(daemon) and source(daemon)["missing"] == 1, what="mail and gap")

        assert source(daemon)["gaps"][0]["uid"] == 2
        assert "UID 2: " in daemon.balcao("status")
        name = 'balcao_source_gaps{channel="caixa",folder="INBOX"}'
        wait_for(lambda: daemon.metrics().get(name) == 1, what="the figure")
        assert "1 missing: UID 2" in part(daemon, "caixa/INBOX")["detail"]
        assert part(daemon, "caixa/Sumida")["state"] == "down"
        assert daemon.metrics()['balcao_part_outages_total{part="caixa"}'] >= 1
        assert counted(daemon) == (1, 0)

        unreadable.unlink()
        wait_for(lambda: counted(daemon) == (1, 1), what="the gap to be closed: its mail has left the folder")
        assert source(daemon)["missing"] == 0
    finally:
        daemon.stop()


def counted(daemon):
    """Gaps found and closed."""
    figures = daemon.metrics()
    return tuple(figures[f'balcao_gaps_{what}_total{{channel="caixa"}}'] for what in ("found", "closed"))


def part(daemon, name):
    """As /readyz tells it; empty while nobody answers yet."""
    with suppress(urllib.error.URLError, ConnectionError):
        return daemon.get("/readyz")["parts"].get(name, {})
    return {}


def test_a_wrong_password_is_an_alarm_and_keeps_no_other_door_closed(tmp_path, dovecot):
    daemon = with_mailbox(tmp_path / "house", dovecot, password="errado")
    try:
        daemon.start(ready=False)
        wait_for(lambda: part(daemon, "caixa").get("state") == "down", what="the alarm")
        send_mail(daemon.ports["smtp"], "pela-porta")

        assert daemon.get("/readyz")["ready"] is False
        assert "refuses our credentials" in part(daemon, "caixa")["detail"]
        channels = {channel["name"]: channel for channel in daemon.json("status")["channels"]}
        assert "refuses our credentials" in channels["caixa"]["detail"]
        assert len(daemon.logged("credentials_rejected")) == 1
        wait_for(lambda: by_subject(daemon), what="the mail by SMTP")
        assert "errado" not in daemon.tail(100_000)
    finally:
        daemon.stop()


def test_the_role_receive_fetches_and_says_how_far_it_came(tmp_path, dovecot):
    daemon = with_mailbox(tmp_path / "house", dovecot, role="receive")
    try:
        daemon.start(ready=False)
        wait_for(lambda: daemon.logged("folder_begun"), what="the first look at the folder")
        dovecot.deliver(mail("pela função receive"))
        wait_for(lambda: source(daemon)["accepted"] == 1, what="the mail in the journal")
        assert daemon.json("status")["journal"]["counts"]["waiting"] == 1
    finally:
        daemon.stop()
