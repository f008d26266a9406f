"""Old rule files come back whole, or not at all."""

import pytest

from domain.errors import ConfigError
from ingest.rollback import check, fitted, roll_back
from ingest.rulefiles import look_at
from ingest.rulehistory import Outcome, RuleHistory
from tests.ingest.test_rulebook import FAILING, GOOD
from tests.samples import NOON

MAIN = GOOD.replace("rules:\n", "include: regras\nrules:\n")
PART = "rules: [{name: %s, when: {words: a}, stop: true}]\n"


@pytest.fixture
def main(tmp_path):
    """A main file and a folder of two."""
    (tmp_path / "regras").mkdir()
    (tmp_path / "rules.yaml").write_text(MAIN)
    for name in ("um", "dois"):
        (tmp_path / "regras" / f"{name}.yaml").write_text(PART % name)
    return tmp_path / "rules.yaml"


@pytest.fixture
def history(tmp_path):
    return RuleHistory(tmp_path / "var" / "rules")


def test_every_file_is_as_it_was_and_what_came_since_is_gone(main, history):
    old = look_at(main)
    history.keep(old.texts)
    (main.parent / "regras" / "um.yaml").write_text(PART % "outro")
    (main.parent / "regras" / "dois.yaml").unlink()
    (main.parent / "regras" / "novo.yaml").write_text(PART % "novo")
    main.write_text(MAIN + "# new\n")
    present = look_at(main)

    touched = roll_back(history, history.texts(old.hash), main, "maria", NOON)

    assert look_at(main).texts == old.texts
    assert set(touched) == {"rules.yaml", "regras/um.yaml", "regras/dois.yaml", "regras/novo.yaml"}
    assert history.texts(present.hash) == present.texts
    event = history.events()[-1]
    assert (event.outcome, event.hash, event.before, event.who) == (
        Outcome.ROLLED_BACK,
        old.hash,
        present.hash,
        "maria",
    )


def test_files_that_a_broken_main_file_hid_are_kept_before_they_go(main, history):
    old = look_at(main)
    history.keep(old.texts)
    (main.parent / "regras" / "novo.yaml").write_text(PART % "novo")
    main.write_text("rules: [")

    roll_back(history, history.texts(old.hash), main, "maria", NOON)

    assert look_at(main).hash == old.hash
    kept = [history.texts(name) for name in history.hashes()]
    assert any("regras/novo.yaml" in texts for texts in kept)


def test_a_link_stays_a_link(main, history, tmp_path):
    old = look_at(main)
    history.keep(old.texts)
    elsewhere = tmp_path / "real.yaml"
    main.rename(elsewhere)
    main.symlink_to(elsewhere)
    elsewhere.write_text(MAIN + "# new\n")

    roll_back(history, history.texts(old.hash), main, "maria", NOON)

    assert main.is_symlink()
    assert elsewhere.read_text() == MAIN


def test_bytes_come_back_as_they_were(main, history):
    main.write_bytes(b"\xef\xbb\xbf" + MAIN.replace("\n", "\r\n").encode())
    before = main.read_bytes()
    old = look_at(main)
    history.keep(old.texts)
    main.write_text(MAIN)

    roll_back(history, history.texts(old.hash), main, "maria", NOON)

    assert main.read_bytes() == before


def test_what_fails_its_tests_today_is_refused_in_the_names_of_the_files(main):
    with pytest.raises(ConfigError) as caught:
        check({"rules.yaml": FAILING}, main)
    assert {mistake.position.file for mistake in caught.value.mistakes} == {str(main)}


def test_what_is_no_rule_file_today_is_refused_in_the_names_of_the_files(main):
    with pytest.raises(ConfigError) as caught:
        check({"rules.yaml": MAIN, "regras/um.yaml": "rules: ["}, main)
    assert {mistake.position.file for mistake in caught.value.mistakes} == {str(main.parent / "regras" / "um.yaml")}


def test_captured_messages_that_tests_name_are_found_where_they_lie(main):
    (main.parent / "mail.eml").write_bytes(b"From: a@b.example\r\nSubject: oi\r\n\r\nO boleto\r\n")
    given = GOOD.replace("given: {text: preciso do boleto}", "given: {payload: mail.eml}")
    check({"rules.yaml": given}, main)
    with pytest.raises(ConfigError):
        check({"rules.yaml": given.replace("mail.eml", "gone.eml")}, main)


def test_a_single_file_takes_the_name_that_the_main_file_has_now(tmp_path):
    assert fitted({"old.yaml": "x"}, tmp_path / "rules.yaml") == {"rules.yaml": "x"}
    assert fitted({"old.yaml": "x", "a.yaml": "y"}, tmp_path / "rules.yaml") is None
    assert fitted({"rules.yaml": "x", "a.yaml": "y"}, tmp_path / "rules.yaml") == {"rules.yaml": "x", "a.yaml": "y"}
