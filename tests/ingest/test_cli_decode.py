"""`balcao decode`: what a channel reads, without a database, a network or a secret."""

import json
import os
from pathlib import Path

import pytest

from channels import KINDS
from tests.ingest.desk import balcao, controls_in

MAIL = (
    b"From: =?utf-8?q?Jos=C3=A9?= <jose@cliente.example>\r\nTo: suporte@exemplo.com.br\r\n"
    b"Subject: Boleto \x1b[2J\r\nDate: Sun, 22 Nov 2026 09:00:00 -0300\r\nMessage-ID: <1@cliente.example>\r\n\r\n"
    b"Preciso do boleto.\x1b]0;dono\x07\r\n"
)
CONTRACT = {
    *("identity", "medium", "sender", "recipients", "cc", "reply_to", "occurred_at", "subject", "text", "text_full"),
    *("html", "attachments", "message_id", "in_reply_to", "references", "conversation_key", "automated"),
    *("provider_id", "traits"),
}


@pytest.fixture
def mail(tmp_path):
    (tmp_path / "mail.eml").write_bytes(MAIL)
    return tmp_path / "mail.eml"


def test_a_mail_is_read_in_the_shape_of_the_contract(mail):
    (interaction,) = json.loads(balcao("decode", "--channel", "smtp", "--json", str(mail)).stdout)

    assert set(interaction) == CONTRACT
    assert interaction["sender"] == {"name": "José", "address": "jose@cliente.example"}
    assert interaction["occurred_at"] == "2026-11-22T12:00:00Z"
    assert interaction["text"].startswith("Preciso do boleto.")


def test_people_see_it_without_control_characters(mail):
    result = balcao("decode", "--channel", "smtp", str(mail), color=True)

    assert result.exit_code == 0
    assert "José <jose@cliente.example>" in result.stdout
    assert controls_in(result.stdout) == []


def test_standard_input_is_read_as_bytes(mail):
    result = balcao("decode", "--channel", "smtp", "--json", "-", input=MAIL)

    assert json.loads(result.stdout)[0]["message_id"] == "<1@cliente.example>"


def test_several_files_are_one_json_line_each_in_their_order(mail, tmp_path):
    (tmp_path / "bad").write_bytes(b"{")
    (tmp_path / "call").write_bytes(b"[]")

    result = balcao("decode", "--channel", "webhook", "--json", str(tmp_path / "bad"), str(tmp_path / "call"))

    assert result.exit_code == 1
    assert all("undecodable" in json.loads(line) for line in result.stdout.splitlines())
    assert len(result.stdout.splitlines()) == 2


def test_what_cannot_be_read_is_said_with_exit_code_one():
    result = balcao("decode", "--channel", "webhook", "--json", "-", input=b"{")

    assert result.exit_code == 1
    assert set(json.loads(result.stdout)) == {"undecodable"}
    assert "ilegível: " in balcao("decode", "--channel", "webhook", "-", input=b"{").stdout


def test_the_envelope_beside_a_file_is_used(mail):
    mail.with_name("mail.eml.envelope.json").write_text('{"mail_from": "", "rcpt_to": ["suporte@exemplo.com.br"]}')

    (interaction,) = json.loads(balcao("decode", "--channel", "smtp", "--json", str(mail)).stdout)

    assert interaction["sender"]["address"] == "jose@cliente.example"


@pytest.mark.parametrize(
    ("envelope", "expected"),
    [
        ("{", "envelope.json:1:2: "),
        ("[1]", "envelope.json:1:1: "),
        ("\n\n {]", "envelope.json:3:3: "),
        ("[" * 99_999, ":1:"),
    ],
)
def test_an_envelope_that_is_none_is_told_with_its_place(mail, envelope, expected):
    mail.with_name("mail.eml.envelope.json").write_text(envelope)

    result = balcao("decode", "--channel", "smtp", str(mail))

    assert result.exit_code == 2
    assert expected in result.stderr


def test_no_database_is_touched(mail, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    balcao("decode", "--channel", "smtp", str(mail))

    assert os.listdir(tmp_path) == ["mail.eml"]  # noqa: PTH208 - names are enough


def test_a_channel_of_the_settings_is_used_by_its_name_without_its_secrets(installation, mail):
    document = json.loads(installation.run("decode", "--channel", "email", "--json", str(mail)).stdout)

    assert document[0]["subject"].startswith("Boleto")
    assert installation.run("decode", "--channel", "site", "-", input=b"{").exit_code == 1


def test_an_unknown_channel_names_the_known_ones(installation):
    result = installation.run("decode", "--channel", "fax", "-", input=b"")

    assert result.exit_code == 2
    assert ", ".join(sorted({*KINDS, "email", "site"})) in result.stderr


def test_a_kind_needs_no_settings_even_if_those_here_are_broken(mail, tmp_path, monkeypatch):
    (tmp_path / "balcao.yaml").write_text("}")
    monkeypatch.chdir(tmp_path)

    assert balcao("decode", "--channel", "smtp", str(mail)).exit_code == 0


@pytest.mark.parametrize("name", ["none.eml", ".", "mail.eml/deeper"])
def test_a_file_that_cannot_be_read_is_told_before_anything_is_printed(mail, tmp_path, name):
    result = balcao("decode", "--channel", "smtp", str(mail), f"{tmp_path}/{name}")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Erro: ")


@pytest.mark.parametrize("kind", ["smtp", "webhook", "voice"])
@pytest.mark.parametrize("payload", [b"", b"\x00" * 100, b"\xff\xfe{}", b"[" * 100_000, b"null"])
def test_no_payload_is_answered_with_a_traceback(kind, payload):
    result = balcao("decode", "--channel", kind, "--json", "-", input=payload)

    assert result.exit_code in {0, 1}
    assert json.loads(result.stdout) is not None


@pytest.mark.parametrize(
    ("kind", "file"),
    [("whatsapp", "text"), ("slack", "channel_message"), ("messenger", "messenger_text")],
)
def test_a_captured_payload_of_a_chat_provider_is_read_without_settings(kind, file):
    path = Path(__file__).parents[1] / "channels" / kind / "payloads" / f"{file}.json"

    (interaction,) = json.loads(balcao("decode", "--channel", kind, "--json", str(path)).stdout)

    assert interaction["text"].startswith("Não consigo emitir a nota fiscal")
