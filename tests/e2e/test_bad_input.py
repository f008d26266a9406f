"""Every refusal names what was wrong and leaves the rest running; whatever is missing for a while costs nothing."""

import http.client
import json
import smtplib
import sqlite3
import time

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.disks import fill, small_disk
from tests.e2e.looking import entries, filed, part, retried, unfinished
from tests.e2e.senders import History, chat_body, mail_bytes, post, send_mail

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad-input")
    daemon = Daemon(folder, email="    max_message: 200kB", extra="worker: {timeout: 3s, max_attempts: 1}").start()
    yield daemon
    assert daemon.stop() == 0


@pytest.fixture(autouse=True)
def the_rest_goes_on(request):
    """After each refusal an ordinary mail is filed."""
    yield
    if "daemon" in request.fixturenames:
        daemon, mark = request.getfixturevalue("daemon"), f"controle{time.monotonic_ns()}"
        send_mail(daemon.ports["smtp"], mark)
        assert len(filed(daemon, mark)["messages"]) == 1


def refusal(daemon, content=None, *, recipient="suporte@exemplo.com.br"):
    """The SMTP code and words that this mail is refused with."""
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as client:
        try:
            client.sendmail("ana@cliente.example", [recipient], content or mail_bytes("recusada"))
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code, refused.smtp_error
    return 250, b""


def call(daemon, body, headers):
    """(status, problem document) of a POST to the site's hook."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["public"], timeout=30)
    try:
        connection.request("POST", "/hooks/site", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers
    finally:
        connection.close()


@pytest.mark.parametrize("announced", [True, False])
def test_a_mail_over_the_limit_is_refused_before_or_after_it_is_sent(daemon, announced):
    content = mail_bytes("enorme") + b"x" * 300_000
    if announced:
        code, words = refusal(daemon, content)
    else:
        with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as client:
            client.ehlo()
            client.mail("ana@cliente.example")
            client.rcpt("suporte@exemplo.com.br")
            code, words = client.data(content)
    assert (code, words[:5]) == (552, b"5.3.4")


def test_a_request_over_the_limit_is_refused_as_a_problem(daemon):
    status, told, headers = call(daemon, b" " * 10_500_000, {"Content-Type": "application/json"})
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert "10000000 bytes" in told["detail"]


@pytest.mark.parametrize("recipient", ["ninguem@outra.example", "suporte@exemplo.com"])
def test_an_unknown_recipient_is_refused(daemon, recipient):
    code, words = refusal(daemon, recipient=recipient)
    assert (code, words[:5]) == (550, b"5.1.1")


@pytest.mark.parametrize(
    "lines", [{}, {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}, {"webhook-id": "é"}]
)
def test_a_wrong_signature_is_refused_in_words(daemon, lines):
    headers = {name: value.encode() for name, value in lines.items()} | {"Content-Type": "application/json"}
    status, told, _ = call(daemon, b"{}", headers)
    assert status == 401
    assert "webhook-" in told["detail"]


def test_what_no_parser_can_read_is_quarantined_shown_and_replayable(daemon):
    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as client:
        client.sendmail("", ["suporte@exemplo.com.br"], b"\x00\x01\x02 isto nao e um e-mail\r\n")
    status, _ = post(daemon.ports["public"], "site", daemon.secret(), {"text": "sem remetente"}, "id-ilegivel")
    assert status == 202

    parked = wait_for(lambda: found if len(found := entries(daemon, "quarantined")) == 2 else None, what="a quarantine")
    assert all(entry["reason"] for entry in parked)
    listed = daemon.json("journal", "list", "--fate", "quarantined")
    assert {entry["id"] for entry in listed} == {entry["id"] for entry in parked}
    assert daemon.json("status")["journal"]["counts"]["quarantined"] == 2

    for entry in parked:
        assert retried(daemon, entry["id"]) == 202
    again = wait_for(lambda: found if len(found := entries(daemon, "quarantined")) == 2 else None, what="it again")
    assert {entry["attempts"] for entry in again} == {1}
    daemon.balcao("journal", "discard", *(entry["id"] for entry in parked))
    assert entries(daemon, "quarantined") == []


def test_while_another_process_locks_the_ticket_database_mail_is_accepted(daemon):
    """For longer than a batch may take: the lock is nobody's fault and costs no attempt."""
    lock = sqlite3.connect(daemon.folder / "var" / "balcao.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        for number in range(5):
            send_mail(daemon.ports["smtp"], f"trancada{number}")
        time.sleep(4)
        waiting = len(unfinished(daemon))
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert waiting == 5
    for number in range(5):
        assert len(filed(daemon, f"trancada{number}")["messages"]) == 1


def test_while_the_ticket_database_is_elsewhere_mail_is_accepted_and_readyz_says_so(daemon):
    var, away = daemon.folder / "var", daemon.folder / "away"
    away.mkdir()
    moved = [path.name for path in var.glob("balcao.db*")]
    for name in moved:
        (var / name).rename(away / name)
    send_mail(daemon.ports["smtp"], "sem-banco")
    wait_for(lambda: part(daemon, "store")[0] == "down", what="a word at /readyz")
    assert daemon.get("/readyz")["ready"] is False
    send_mail(daemon.ports["smtp"], "sem-banco-ainda")
    assert not (var / "balcao.db").exists(), "no empty database is put in its place"

    for name in moved:
        (away / name).rename(var / name)
    for mark in ("sem-banco", "sem-banco-ainda"):
        assert len(filed(daemon, mark)["messages"]) == 1
    wait_for(lambda: daemon.get("/readyz")["ready"], what="readiness")


@pytest.mark.parametrize(("reserve", "left"), [("24MB", 1_000_000), ("0B", 0)], ids=["reserve kept", "really full"])
def test_a_full_disk_promises_nothing_loses_nothing_and_recovers_alone(tmp_path, reserve, left):
    """Really full: journal and ticket store both fail in the middle of whatever they do."""
    history = History()
    with small_disk(tmp_path / "var") as var:
        daemon = Daemon(tmp_path, extra=f"journal: {{disk_reserve: {reserve}}}").start()
        try:
            send_mail(daemon.ports["smtp"], "antes")
            filed(daemon, "antes")
            ballast = var / "ballast"
            fill(ballast, leave=left)
            refused = wait_for(lambda: _refused(daemon, history), what="a refusal")
            assert refused == [451, 503]
            wait_for(lambda: part(daemon, "journal")[0] == "down", what="a word at /readyz")

            ballast.unlink()
            wait_for(lambda: _try_both(daemon, history) == [250, 202], what="acceptance")
            wait_for(lambda: daemon.get("/readyz")["ready"], what="readiness")
            wait_for(daemon.drained, what="an empty journal")
            tickets = daemon.tickets()
        finally:
            daemon.stop()
    history.is_kept_once(tickets)


def _try_both(daemon, history):
    """Codes of a large mail and a webhook with marks of their own, once each."""
    mark = f"d{time.monotonic_ns()}"
    content = mail_bytes(mark, text="x" * 70 + ("\r\n" + "x" * 70) * 500)
    code, _ = refusal(daemon, content)
    if code == 250:
        history.promise(mark)
    status, _ = post(daemon.ports["public"], "site", daemon.secret(), chat_body(f"{mark}c"), f"id-{mark}")
    if status in {200, 202}:
        history.promise(f"{mark}c")
    return [code, status]


def _refused(daemon, history):
    codes = _try_both(daemon, history)
    return codes if codes == [451, 503] else None
