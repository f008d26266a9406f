"""The command line as a whole: help, language, usage errors, exit codes."""

import json

import click
import pytest

from ingest.cli import main
from ingest.commands import COMMANDS
from ingest.commands.shape import InWords
from tests.ingest.desk import balcao


def every_command(group=main, words=()):
    """Every command that is no group, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from every_command(found, (*words, name))
        else:
            yield (*words, name), found


ALL = [pytest.param(words, found, id=" ".join(words)) for words, found in every_command()]


def test_the_commands_are_those_of_the_contract():
    """contracts.md, without what another issue brings, and the schema of the settings."""
    assert {" ".join(words) for words, _found in every_command()} == {
        "init",
        "check",
        "run",
        "db upgrade",
        "settings schema",
        "status",
        "tickets list",
        "tickets show",
        "tickets export",
        "tickets move",
        "tickets reply",
        "tickets fetch",
        "tickets note",
        "tickets verify",
        "journal list",
        "journal show",
        "journal retry",
        "journal discard",
        "journal export",
        "decode",
        "rules check",
        "rules test",
        "rules lint",
        "incidents heartbeats",
        "incidents list",
        "contacts list",
        "contacts show",
        "contacts merge",
        "contacts split",
        "contacts export",
        "contacts erase",
        "journal import",
        "backup create",
        "backup verify",
        "backup restore",
        "store verify",
        "store clean",
        "store move",
        "rules backtest",
        "rules stats",
        "rules suggest",
        "rules history",
        "rules rollback",
        "rules explain",
        "rules why-not",
        "rules schema",
    }


@pytest.mark.parametrize(("words", "found"), ALL)
def test_every_command_shows_an_example_of_itself(words, found):
    result = balcao(*words, "--help")

    assert result.exit_code == 0
    assert f"Exemplo:\n  balcao {' '.join(words)}" in result.stdout
    assert isinstance(found, InWords)


@pytest.mark.parametrize(("words", "found"), ALL)
def test_every_command_takes_a_settings_file_and_a_language(words, found):
    options = {option for param in found.params for option in param.opts}

    assert {"-c", "--config", "--lang"} <= options
    assert "--json" in options or words == ("run",), "run logs JSON lines by itself"


@pytest.mark.parametrize(("words", "found"), ALL)
def test_every_option_is_explained_in_portuguese(words, found):
    english = balcao(*words, "--help", lang="en").stdout
    portuguese = balcao(*words, "--help").stdout

    assert all(param.help for param in found.params if isinstance(param, click.Option))
    assert english != portuguese
    assert "Show this message" not in portuguese


def test_the_list_of_commands_comes_without_importing_them():
    result = balcao("--help")

    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


def test_without_a_command_help_is_shown_and_the_exit_code_is_two():
    result = balcao()

    assert result.exit_code == 2
    assert result.stderr.startswith("Uso: balcao")


def test_the_version_is_told():
    assert balcao("--version").stdout.startswith("balcao 0.")


@pytest.mark.parametrize("words", ["--lang en --help", "--help --lang=en", "tickets list --help --lang en"])
def test_the_asked_language_is_spoken_wherever_it_is_asked(words):
    assert balcao(*words.split()).stdout.startswith("Usage:")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("explain", "rules explain"),
        ("tickets lst", "tickets list"),
        ("ticket", "tickets"),
        ("retry 7", "journal retry"),
        ("nada", None),
    ],
)
def test_a_command_that_is_elsewhere_or_misspelt_is_pointed_at(words, meant):
    told = balcao(*words.split()).stderr

    assert (f"Talvez `balcao {meant}`?" in told) if meant else ("Talvez" not in told)


@pytest.mark.parametrize("group", ["tickets", "journal", "rules"])
def test_what_a_command_does_is_said_to_the_end(group):
    """In one word after the other, however the lines break."""
    shown = " ".join(balcao(group, "--help", lang="en").stdout.split())
    owner = main.get_command(None, group)

    assert [name for name, one in owner.commands.items() if " ".join(one.help.split()) not in shown] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("nada",), "Erro: não existe o comando nada"),
        (("--nada",), "Erro: não existe a opção --nada"),
        (("tickets", "show"), "Erro: falta 'N'"),
        (("tickets", "show", "um"), "espera-se um número inteiro de 1 a 9223372036854775807"),
        (("tickets", "show", "0"), "espera-se um número inteiro"),
        (("tickets", "list", "--limit", "9" * 30), "espera-se um número inteiro"),
        (("tickets", "list", "--priority", "Urgente"), "'Urgente' não é um destes: Alta, Média, Baixa"),
        (("journal", "list", "--fate", "lost"), "não é um destes: waiting"),
        (("run", "--role", "king"), "não é um destes: all"),
        (("decode", "x"), "Erro: falta '--channel'"),
        (("--lang", "klingon", "status"), "as línguas são pt-BR e en"),
    ],
)
def test_wrong_usage_is_told_in_portuguese_with_exit_code_two(words, expected):
    result = balcao(*words)

    assert result.exit_code == 2
    assert expected in result.stderr
    assert "--help`" in result.stderr
    assert result.stdout == ""


def test_with_json_an_error_is_one_document_too():
    result = balcao("tickets", "show", "um", "--json")

    assert json.loads(result.stdout)["mistakes"] == []
    assert "número inteiro" in json.loads(result.stdout)["error"]


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_settings_file_may_be_named_before_or_after_the_command_or_in_the_environment(desk, place):
    config = str(desk.config)
    words = ["tickets", "list", "--json"]
    if place == "environment":
        result = balcao(*words, env={"BALCAO_CONFIG": config})
    else:
        result = balcao(*(["-c", config, *words] if place == "before" else [*words, "--config", config]))

    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 2


def test_without_settings_the_way_out_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = balcao("tickets", "list")

    assert result.exit_code == 2
    assert "rode `balcao init`" in result.stderr


def test_mistakes_in_the_settings_are_told_all_at_once_with_their_places(installation):
    installation.config.write_text("version: 1\nlanguge: en\nlog: {level: loud}\n")

    result = installation.run("tickets", "list")

    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{installation.config}:2:1: ")
    assert 'seria "language"' in first
    assert second.startswith(f"{installation.config}:3:")


@pytest.mark.parametrize("content", [b"\x00\xff\xfe\x00", b"[" * 5000, b"", b"- 1\n"])
def test_settings_that_are_no_settings_are_told_with_a_place(installation, content):
    installation.config.write_bytes(content)

    result = installation.run("status")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"{installation.config}:1:")


def test_settings_that_are_a_directory_are_told(tmp_path):
    result = balcao("status", "-c", str(tmp_path))

    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr
