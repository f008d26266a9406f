"""Files named on the command line are read as far as they may go: what does not end costs no more than the limit."""

import json
import os
import threading

import pytest

from ingest.commands import files
from ingest.payloads import MAX_BYTES
from tests.ingest.desk import balcao

MAIL = b"From: ana@cliente.example\nTo: suporte@localhost\nSubject: Boleto\n\nPreciso do boleto.\n"
ENDLESS = (
    ("decode", "--channel", "smtp", "/dev/zero"),
    ("rules", "explain", "rules.yaml", "--eml", "/dev/zero"),
    ("rules", "why-not", "financeiro-liberacao", "rules.yaml", "--eml", "/dev/zero"),
    ("tickets", "reply", "1", "--text-file", "/dev/zero"),
    ("tickets", "reply", "1", "--text", "Segue.", "--attach", "/dev/zero"),
    ("tickets", "note", "1", "--text-file", "/dev/zero"),
)


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert balcao("init", ".").exit_code == 0
    return tmp_path


@pytest.mark.parametrize("command", ENDLESS, ids=" ".join)
def test_what_does_not_end_is_told_with_its_name_the_limit_and_what_to_do(house, monkeypatch, command):
    monkeypatch.setattr(files, "MAX_BYTES", 100_000)

    result = balcao(*command)

    assert result.exit_code == 2
    assert "/dev/zero é maior que " in result.stderr
    assert result.stderr.count(":") == 2, "no advice"


def test_as_much_is_read_as_a_channel_of_the_settings_accepts(house, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1_000)
    settings = (house / "balcao.yaml").read_text(encoding="utf-8")
    (house / "balcao.yaml").write_text(settings.replace("max_message: 25MB", "max_message: 64MB"), encoding="utf-8")

    assert "/dev/zero é maior que 64MB" in balcao("decode", "--channel", "smtp", "/dev/zero").stderr


@pytest.mark.parametrize("settings", [None, "version: 1\nchannels: {email: {kind: smtp, max_message: large}}\n", "{"])
def test_no_sound_settings_are_needed(tmp_path, monkeypatch, settings):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mail.eml").write_bytes(MAIL)
    if settings:
        (tmp_path / "balcao.yaml").write_text(settings, encoding="utf-8")

    assert balcao("decode", "--channel", "smtp", "mail.eml").exit_code == 0
    assert f"é maior que {MAX_BYTES // 1_000_000}MB" in balcao("decode", "--channel", "smtp", "/dev/zero").stderr


@pytest.mark.parametrize(
    "command", [["decode", "--channel", "smtp", "--json"], ["rules", "explain", "--json", "--eml"]]
)
def test_a_pipe_is_read_once(house, command):
    os.mkfifo(house / "pipe")
    writer = threading.Thread(target=lambda: (house / "pipe").write_bytes(MAIL))
    writer.start()

    result = balcao(*command, "pipe")
    writer.join(10)

    assert result.exit_code == 0
    assert not writer.is_alive()
    assert "Preciso do boleto." in json.dumps(json.loads(result.stdout), ensure_ascii=False)


@pytest.mark.parametrize("command", ENDLESS, ids=" ".join)
def test_a_folder_is_told(house, command):
    result = balcao(*[str(house) if part == "/dev/zero" else part for part in command])

    assert result.exit_code == 2
    assert "é uma pasta" in result.stderr
