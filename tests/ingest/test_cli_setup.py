"""`balcao init`, `db upgrade` and `check`: from nothing to an installation that may be started."""

import json

import pytest

from tests.ingest.desk import balcao


def test_init_writes_both_files_and_says_what_comes_next(tmp_path):
    result = balcao("init", str(tmp_path / "novo"))

    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "novo").iterdir()) == ["balcao.yaml", "rules.yaml"]
    assert f"balcao check -c {tmp_path / 'novo' / 'balcao.yaml'}" in result.stdout


def test_what_init_writes_is_checked_and_found_good(tmp_path):
    balcao("init", str(tmp_path))

    document = json.loads(balcao("check", "-c", str(tmp_path / "balcao.yaml"), "--json").stdout)

    assert document["ok"] is True
    assert document["mistakes"] == []
    assert [check["what"] for check in document["checks"]] == ["settings", "channels", "secrets", "letters", "rules"]
    assert document["checks"][-1]["tests"] >= 40


def test_checking_writes_nothing(tmp_path):
    balcao("init", str(tmp_path))
    balcao("check", "-c", str(tmp_path / "balcao.yaml"))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["balcao.yaml", "rules.yaml"]


def test_everything_kept_may_be_kept_elsewhere_with_its_secrets(tmp_path):
    """As /var/lib/balcao beside /etc/balcao: a daemon that may write there alone makes its secrets there."""
    kept = tmp_path / "lib"
    balcao("init", str(tmp_path / "etc"), "--var", f"{kept}/")
    written = (tmp_path / "etc" / "balcao.yaml").read_text(encoding="utf-8")

    assert f"\nvar: {kept} " in written
    assert f"token_key: file:{kept}/secrets/token.key" in written
    assert "file:var/" not in written
    assert balcao("check", "-c", str(tmp_path / "etc" / "balcao.yaml")).exit_code == 0


def test_a_place_that_yaml_would_read_otherwise_is_told(tmp_path):
    result = balcao("init", str(tmp_path / "novo"), "--var", "/srv/a: b")

    assert result.exit_code == 2
    assert "/srv/a: b" in result.stderr
    assert not (tmp_path / "novo").exists()


@pytest.mark.parametrize("name", ["balcao.yaml", "rules.yaml"])
def test_init_overwrites_nothing_and_then_writes_nothing(tmp_path, name):
    (tmp_path / name).write_text("mine")

    result = balcao("init", str(tmp_path))

    assert result.exit_code == 1
    assert name in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_init_into_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    result = balcao("init", str(tmp_path / "file"))

    assert result.exit_code == 2
    assert "file" in result.stderr


def test_init_tells_scripts_what_it_wrote(tmp_path):
    result = balcao("init", str(tmp_path), "--json")

    assert json.loads(result.stdout) == {"written": [str(tmp_path / "balcao.yaml"), str(tmp_path / "rules.yaml")]}


def test_upgrade_creates_both_databases_and_then_has_nothing_to_do(installation):
    first = installation.json("db", "upgrade")
    second = installation.json("db", "upgrade")

    assert [step["from"] for step in first["databases"]] == [None, None]
    assert all(step["from"] == step["to"] for step in second["databases"])
    assert {"balcao.db", "journal.db"} <= {path.name for path in (installation.folder / "var").iterdir()}


def test_upgrade_tells_people_what_it_did(installation):
    assert "Banco de tickets: criado em" in installation.run("db", "upgrade").stdout
    assert "Banco de tickets: já está em" in installation.run("db", "upgrade").stdout


def test_a_file_that_is_no_database_is_told(installation):
    (installation.folder / "var").mkdir()
    (installation.folder / "var" / "journal.db").write_bytes(b"no database at all, but long enough" * 100)

    result = installation.run("db", "upgrade")

    assert result.exit_code == 2
    assert "banco de dados" in result.stderr


def test_check_tells_the_mistakes_of_all_files_at_once(installation):
    installation.config.write_text(installation.config.read_text().replace("kind: webhook", "kind: weebhook"))
    installation.rules.write_text(installation.rules.read_text().replace("words:", "wrods:"))

    result = installation.run("check", "--json")

    document = json.loads(result.stdout)
    assert result.exit_code == 2
    assert {mistake["file"] for mistake in document["mistakes"]} == {str(installation.config), str(installation.rules)}
    assert len(result.stderr.splitlines()) == len(document["mistakes"])
    assert "✗" in installation.run("check").stdout


def test_broken_settings_do_not_hide_the_mistakes_in_the_rules_beside_them(installation):
    installation.config.write_text("version: 2\n")
    installation.rules.write_text("version: 1\n")

    result = installation.run("check")

    assert result.exit_code == 2
    assert "balcao.yaml:1:" in result.stderr
    assert "rules.yaml:1:1: " in result.stderr


def test_broken_settings_do_not_hide_the_mistakes_in_the_channels(installation):
    installation.config.write_text("version: 2\nchannels:\n  email: {kind: smtp, lisen: []}\n  site: {kind: webhok}\n")

    result = installation.run("check")

    assert [line.split(": ")[0].rpartition("/")[2] for line in result.stderr.splitlines()] == [
        "balcao.yaml:1:10",
        "balcao.yaml:3:23",
        "balcao.yaml:4:16",
    ]


def test_what_could_not_be_looked_at_is_not_ticked(installation):
    installation.config.write_text("version: [\n")

    assert [one["what"] for one in json.loads(installation.run("check", "--json").stdout)["checks"]] == [
        "settings",
        "rules",
    ]


def test_a_secret_nobody_has_set_is_a_mistake_with_its_place(installation):
    text = installation.config.read_text().replace("file:var/secrets/site.key", "env:NOBODY_SET_THIS")
    installation.config.write_text(text)

    result = installation.run("check")

    assert result.exit_code == 2
    assert "NOBODY_SET_THIS" in result.stderr
    assert result.stderr.startswith(f"{installation.config}:")


@pytest.mark.parametrize("content", [None, b"\xff\x00", b"{% if"])
def test_letters_that_cannot_be_used_are_told_with_their_file(installation, content):
    letter = installation.folder / "cartas" / "pt-BR" / "acknowledgement.subject.txt"
    if content is not None:
        letter.parent.mkdir(parents=True)
        letter.write_bytes(content)
    installation.config.write_text(f"{installation.config.read_text()}acknowledgement: {{templates: cartas}}\n")

    result = installation.run("check")

    assert result.exit_code == 2
    assert result.stderr.startswith(str(installation.folder / "cartas"))


def test_failing_rule_tests_are_told_with_exit_code_one(installation):
    installation.rules.write_text(installation.rules.read_text().replace("[boleto, fatura]", "[fatura]"))

    result = installation.run("check")

    assert result.exit_code == 1
    assert "boleto vai ao financeiro" in result.stdout


def test_without_settings_check_says_how_to_get_some(tmp_path):
    result = balcao("check", "-c", str(tmp_path / "none.yaml"))

    assert result.exit_code == 2
    assert "balcao init" in result.stderr
