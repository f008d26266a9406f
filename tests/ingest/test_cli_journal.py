"""`balcao journal`: look, export, retry, discard."""

import base64
import json

import pytest

from ingest.commands import journal as commands
from tests.ingest.desk import balcao, controls_in


def entry(installation, fate):
    (found,) = installation.json("journal", "list", "--fate", fate)
    return found["id"]


def test_the_list_shows_the_newest_first_with_fate_and_reason(desk):
    entries = desk.json("journal", "list")

    assert [found["fate"] for found in entries] == ["waiting", "done", "quarantined"]
    assert entries[2]["reason"].startswith("because")
    assert entries[0]["received_at"] == "2026-11-22T12:00:00Z"


def test_the_list_can_be_narrowed(desk):
    assert [found["fate"] for found in desk.json("journal", "list", "--fate", "done")] == ["done"]
    assert len(desk.json("journal", "list", "--limit", "2")) == 2
    assert "Nenhum registro" in desk.run("journal", "list", "--fate", "failed").stdout


def test_an_entry_is_shown_with_envelope_and_head(desk):
    shown = desk.json("journal", "show", entry(desk, "quarantined"))

    assert shown["envelope"]["mail_from"] == "ana@cliente.example"
    assert shown["attempts"] == 1
    assert shown["payload_head"].startswith("Subject: \\x1b]0;dono")
    assert shown["size"] > 30


def test_no_customer_controls_the_terminal(desk):
    raw_id = entry(desk, "quarantined")
    asked = (("list",), ("show", raw_id), ("show", raw_id, "--json"))
    texts = [desk.run("journal", *words, color=True).stdout for words in asked]

    assert [controls_in(text) for text in texts] == [[], [], []]
    assert "\\x1b]0;dono\\x07" in texts[1]
    assert "\\xff\\x00" in texts[1]


def test_export_writes_the_bytes_as_they_came(desk):
    result = desk.run("journal", "export", entry(desk, "quarantined"))

    assert result.stdout_bytes.startswith(b"Subject: \x1b]0;dono")
    assert result.stdout_bytes.endswith(b"\r\n\xff\x00")


def test_export_as_json_carries_the_bytes_in_base64(desk):
    document = desk.json("journal", "export", entry(desk, "quarantined"))

    assert base64.b64decode(document["payload_base64"]).endswith(b"\xff\x00")
    assert document["envelope"]["rcpt_to"] == ["suporte@exemplo.com.br"]


def test_raw_bytes_are_not_written_to_a_terminal(desk, monkeypatch):
    monkeypatch.setattr(commands, "stdout_is_terminal", lambda: True)

    result = desk.run("journal", "export", entry(desk, "quarantined"))

    assert result.exit_code == 2
    assert result.stdout == ""


def test_what_is_exported_to_a_file_can_be_decoded_with_its_envelope(desk, tmp_path):
    target = tmp_path / "mail.eml"

    written = desk.json("journal", "export", entry(desk, "quarantined"), "-o", str(target))
    decoded = json.loads(balcao("decode", "--channel", "smtp", str(target), "--json").stdout)

    assert written == {"written": [str(target), f"{target}.envelope.json"]}
    assert json.loads((tmp_path / "mail.eml.envelope.json").read_text())["mail_from"] == "ana@cliente.example"
    assert decoded[0]["occurred_at"] == "2026-11-22T12:00:00Z"


def test_export_overwrites_nothing(desk, tmp_path):
    (tmp_path / "mail.eml").write_text("mine")

    result = desk.run("journal", "export", entry(desk, "quarantined"), "-o", str(tmp_path / "mail.eml"))

    assert result.exit_code == 2
    assert (tmp_path / "mail.eml").read_text() == "mine"


def test_retry_puts_an_entry_back_with_its_attempts_forgotten(own_desk):
    raw_id = entry(own_desk, "quarantined")

    assert own_desk.json("journal", "retry", raw_id) == {"retried": [raw_id], "refused": []}
    shown = own_desk.json("journal", "show", raw_id)
    assert (shown["fate"], shown["attempts"], shown["reason"]) == ("waiting", 0, None)


def test_discard_gives_up_and_keeps_the_bytes(own_desk):
    raw_id = entry(own_desk, "quarantined")

    assert "descartado" in own_desk.run("journal", "discard", raw_id).stdout
    assert own_desk.json("journal", "show", raw_id)["fate"] == "discarded"
    assert own_desk.run("journal", "export", raw_id).stdout_bytes.endswith(b"\xff\x00")


@pytest.mark.parametrize("word", ["retry", "discard"])
def test_entries_whose_fate_does_not_allow_it_are_named_and_the_others_done(own_desk, word):
    good, waiting = entry(own_desk, "quarantined"), entry(own_desk, "waiting")

    document = own_desk.json("journal", word, good, waiting, "unknown", code=1)

    assert document["refused"] == [waiting, "unknown"]
    assert good not in document["refused"]


@pytest.mark.parametrize("words", [("show", "x"), ("export", "x"), ("show", "'; DROP TABLE raw; --")])
def test_an_entry_that_does_not_exist_is_exit_code_one(desk, words):
    result = desk.run("journal", *words)

    assert result.exit_code == 1
    assert "não existe o registro" in result.stderr


@pytest.mark.parametrize("words", [("list",), ("show", "x"), ("retry", "x"), ("discard", "x"), ("export", "x")])
def test_a_missing_journal_says_what_to_do(installation, words):
    result = installation.run("journal", *words)

    assert result.exit_code == 2
    assert "balcao db upgrade" in result.stderr
