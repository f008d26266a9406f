"""`balcao status`: with a daemon, without one, and with somebody else at its address."""

import io
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from rich.console import Console

from ingest.presentation.status import MOST_CHANNELS, show_status
from ingest.signs import write
from tests.ingest.desk import HOSTILE, controls_in
from tests.ingest.test_signs import UP, sign

PARTS = {
    "email": {
        "state": "up",
        "since": "2026-11-22T12:00:00Z",
        "last_success": "2026-11-22T12:30:00Z",
        "detail": HOSTILE,
    },
    "web": {"state": "up", "since": "2026-11-22T12:00:00Z", "last_success": None, "detail": ""},
    "store": {"state": "down", "since": "2026-11-22T12:00:00Z", "last_success": None, "detail": "locked"},
}


@contextmanager
def answering(installation, code, body):
    """Somebody who answers every request at the private address of the settings."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    text = installation.config.read_text()
    installation.config.write_text(text.replace('private: "127.0.0.1:1"', f'private: "127.0.0.1:{server.server_port}"'))
    try:
        yield
    finally:
        installation.config.write_text(text)
        server.shutdown()
        thread.join()
        server.server_close()


def test_without_a_daemon_the_files_still_tell_what_waits(desk):
    status = desk.json("status", code=1)

    assert status["running"] is False
    assert status["verdict"]["state"] == "stopped"
    assert [channel["state"] for channel in status["channels"]] == ["not running", "not running"]
    assert status["journal"]["counts"]["quarantined"] == 1
    assert isinstance(status["journal"]["oldest_waiting_s"], float)
    assert status["outbox"]["pending"] == 2
    assert status["rules"]["rules"] == 2
    assert status["problems"] == []


def test_people_are_told_that_nothing_runs(desk):
    text = desk.run("status").stdout

    assert "PARADO  o serviço não está no ar" in text
    assert "em quarentena 1" in text
    assert "a enviar 2" in text


def test_the_daemon_is_asked_for_the_state_of_its_parts(own_desk):
    with answering(own_desk, 503, json.dumps({"ready": False, "parts": PARTS}).encode()):
        status = own_desk.json("status", code=1)
        text = own_desk.run("status").stdout

    assert (status["running"], status["ready"]) == (True, False)
    states = {channel["name"]: (channel["state"], channel["last_success"]) for channel in status["channels"]}
    assert states == {"email": ("up", "2026-11-22T12:00:00Z"), "site": ("up", None)}
    assert "22/11/2026 09:00" in text
    assert "fora do ar, tentando de novo" in text
    assert controls_in(text) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"parts": 1}', b"\xff", b"[" * 100_000])
def test_somebody_else_at_the_address_is_not_taken_for_the_daemon(own_desk, body):
    with answering(own_desk, 200, body):
        assert own_desk.json("status", code=1)["running"] is False


def test_a_missing_database_is_told_and_the_rest_is_shown(installation):
    result = installation.run("status")

    assert result.exit_code == 2
    assert "PARADO  o serviço não está no ar" in result.stdout
    assert "balcao db upgrade" in result.stderr


def test_broken_rules_are_told_and_the_rest_is_shown(own_desk):
    own_desk.rules.write_text("version: 1\n")

    document = own_desk.json("status", code=2)

    assert document["rules"] is None
    assert document["journal"]["counts"]["done"] == 1
    assert any("rules.yaml:1:1" in problem for problem in document["problems"])
    assert "não dá para ler: rules" in own_desk.run("status").stdout


def test_one_wrong_word_of_many_consequences_leaves_the_verdict_on_the_screen(own_desk):
    tests = "".join(
        f"  - {{name: t{number}, given: {{text: a}}, expect: {{rule: r{number}}}}}\n" for number in range(40)
    )
    own_desk.rules.write_text(
        "version: 1\ndepartments: {suporte: S}\ndefault: {department: suporte, priority: Baixa}\n"
        f"rules: []\ntests:\n{tests}"
    )

    shown = own_desk.run("status")
    assert len(shown.stderr.splitlines()) < 10
    assert "… e mais" in shown.stderr
    assert len(own_desk.json("status", code=2)["problems"]) == 40


def test_rules_that_are_refused_while_others_are_in_force_are_told_so(own_desk):
    own_desk.rules.write_text("version: 1\n")
    rules = {"state": "up", "since": "2026-11-22T12:00:00Z", "last_success": None, "detail": "the file is refused"}

    with answering(own_desk, 200, json.dumps({"ready": True, "parts": {"rules": rules}}).encode()):
        result = own_desk.run("status")

    assert result.exit_code == 2
    assert "o arquivo de regras é recusado; valem as regras de antes dele" in result.stdout


def test_where_the_site_is_silent_the_signs_of_life_are_read(own_desk):
    """The role that answers at /readyz may be the one that is down."""
    write(own_desk.folder / "var" / "run" / "receive.json", sign("receive", at=datetime.now(UTC), email=UP))
    status = own_desk.json("status", code=1)

    assert (status["running"], status["ready"]) == (True, False)
    assert {channel["name"]: channel["state"] for channel in status["channels"]}["email"] == "up"
    assert status["parts"]["role web"]["state"] == "down"
    assert "role web fora do ar, nada é aceito ali: sem sinal de vida" in own_desk.run("status").stdout


def channel(name, state="up", waiting=0):
    return {"name": name, "kind": "webhook", "state": state, "last_success": None, "waiting": waiting,
            "oldest_waiting_s": 1.0 if waiting else None}  # fmt: skip


def test_of_hundreds_of_channels_those_are_shown_that_a_person_should_look_at(own_desk):
    """One screen; `--json` has them all."""
    document = own_desk.json("status", code=1)
    many = [channel(f"loja{number}") for number in range(300)]
    many[120], many[250] = channel("caida", "down"), channel("cheia", waiting=7)
    out = Console(file=io.StringIO(), width=100)

    show_status({**document, "channels": many}, UTC, out)
    text = out.file.getvalue()

    assert text.count("loja") == MOST_CHANNELS - 2
    assert text.index("loja0 ") < text.index("caida ") < text.index("cheia ")
    assert "… e mais 285; --json mostra todos" in text


@pytest.mark.parametrize(("host", "moves"), [(None, False), ("another", True)])
def test_a_private_site_that_is_there_and_does_not_answer_is_told(own_desk, host, moves):
    """A daemon that is frozen left a sign a moment ago. Another host's site is not ours to ask."""
    here = sign("receive", "web", "work", "dispatch", at=datetime.now(UTC), host=host, email=UP)
    write(own_desk.folder / "var" / "run" / "all.json", here)

    status = own_desk.json("status", code=1)  # something waits for days on this desk

    assert ("private site" not in status["parts"]) is moves
    assert ("private site fora do ar: não responde" in own_desk.run("status").stdout) is not moves
