"""What a start tells people: true addresses, and commands that can be run as they stand."""

import os
import re
from types import SimpleNamespace

import pytest

from channels.smtp import Options
from config.settings import load
from ingest.announce import announce, try_mail
from ingest.roles import ROLES
from ingest.wiring import build_channels

SETTINGS = """\
version: 1
channels:
  email: {kind: smtp, address: suporte@exemplo.com.br, recipients: [RECIPIENTS]RELAY}
  site: {kind: webhook, secrets: [file:var/secrets/site.key]}
"""
LISTENING = {
    "HTTP privado": ["127.0.0.1:3"],
    "HTTP público": ["127.0.0.1:2"],
    "SMTP (email)": ["0.0.0.0:1"],
}


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BALCAO_LANG", "pt-BR")
    monkeypatch.delenv("SUPERVISOR_ENABLED", raising=False)

    def tell(*roles, recipients="suporte@exemplo.com.br", relay="", listening=LISTENING, notices=()):
        config = tmp_path / "balcao.yaml"
        config.write_text(SETTINGS.replace("RECIPIENTS", recipients).replace("RELAY", relay))
        settings = load(config)
        announce(
            SimpleNamespace(
                roles=frozenset(roles or ROLES),
                settings=settings,
                channels=build_channels(settings, reveal=lambda _: "whsec_" + "a" * 32),
                listening=dict(listening),
                notices=list(notices),
            )
        )
        return capsys.readouterr().out

    return tell


def test_every_door_is_named_the_customers_first(told):
    lines = told().splitlines()

    assert lines[0] == "O Balcão está aberto."
    assert [re.split(r"\s{2,}", line.strip())[:2] for line in lines[1:4]] == [
        ["SMTP (email)", "0.0.0.0:1"],
        ["HTTP público", "127.0.0.1:2"],
        ["HTTP privado", "127.0.0.1:3"],
    ]
    assert "/hooks/site" in lines[2]


def test_without_a_relay_it_says_where_mail_goes(told):
    assert "Não há relay configurado: o que o canal email envia é gravado em var/outgoing/, e não sai." in told()
    assert "relay" not in told(relay=", relay: {host: 127.0.0.1}")


def test_the_role_that_sends_nothing_does_not_speak_of_relays(told):
    assert "relay" not in told("receive")


def test_notices_are_shown(told):
    assert "  Criado: var/secrets/site.key\n" in told(notices=["Criado: var/secrets/site.key"])


def test_commands_need_no_further_words_beside_the_settings(told):
    assert re.search(r"balcao tickets list$", told(), re.MULTILINE)


def test_elsewhere_commands_name_the_settings(told, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    telling = told
    os.chdir(tmp_path)
    monkeypatch.setattr("pathlib.Path.cwd", lambda: tmp_path / "elsewhere")

    assert f"balcao status -c {tmp_path}/balcao.yaml" in telling()


@pytest.mark.parametrize(
    ("recipients", "who"),
    [
        ("suporte@exemplo.com.br", "suporte@exemplo.com.br"),
        ('"@exemplo.com.br"', "suporte@exemplo.com.br"),
        ("ajuda@outra.example", "ajuda@outra.example"),
        ('"@outra.example"', "suporte@outra.example"),
    ],
)
def test_the_example_is_a_mail_that_is_taken(told, recipients, who):
    assert f"--mail-rcpt {who} " in told(recipients=recipients)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1:8025", "smtp://127.0.0.1:8025"),
        ("0.0.0.0:25", "smtp://127.0.0.1:25"),
        ("[::]:25", "smtp://[::1]:25"),
        ("[::1]:2525", "smtp://[::1]:2525"),
    ],
)
def test_the_example_goes_where_somebody_listens(address, url):
    assert f" {url} " in try_mail(address, "suporte@localhost")


def test_a_role_of_its_own_says_which(told):
    text = told("work", listening={})

    assert text.startswith("O Balcão está aberto: papel work.\n")
    assert "curl" not in text


def test_under_a_supervisor_nobody_is_told_to_try(told, monkeypatch):
    monkeypatch.setenv("SUPERVISOR_ENABLED", "1")

    assert "Experimente" not in told()


def test_the_defaults_are_those_of_the_page():
    assert str(Options().listen[0]) == "127.0.0.1:8025"
