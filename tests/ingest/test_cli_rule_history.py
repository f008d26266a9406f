"""`balcao rules history` and `rollback`."""

import asyncio

import pytest

from ingest.rulebook import Rulebook
from ingest.rulehistory import RuleHistory
from tests.ingest.desk import HOSTILE, RULES, controls_in

BETTER = RULES.replace("[boleto, fatura]", "[boleto, fatura, nota]")
FAILING = RULES.replace("department: financeiro, priority: Baixa", "department: suporte")


@pytest.fixture
def changed(installation):
    """Good rules, better ones, and failing ones that were refused and then taken back."""
    book = Rulebook(installation.rules, RuleHistory(installation.folder / "var" / "rules"))
    for text in (RULES, BETTER, FAILING, BETTER):
        installation.rules.write_text(text)
        asyncio.run(book.reload())
    return installation


def hashes(installation):
    return [event["hash"] for event in installation.json("rules", "history")]


def test_the_newest_event_comes_first(changed):
    events = changed.json("rules", "history")

    assert [event["outcome"] for event in events] == ["accepted", "refused", "accepted", "accepted"]
    assert [event["present"] for event in events] == [True, False, True, False]
    assert [(event["added"], event["removed"]) for event in events[1:3]] == [(2, 2), (1, 1)]
    assert "boleto vai ao financeiro" in events[1]["reasons"][0]
    assert len(changed.json("rules", "history", "--limit", "2")) == 2


def test_people_see_when_who_and_why(changed):
    text = changed.run("rules", "history").stdout

    assert "recusado" in text
    assert "em vigor" in text
    assert "+1 -1" in text


def test_one_set_is_shown_by_what_it_changed_or_as_it_was(changed):
    better = hashes(changed)[0]

    document = changed.json("rules", "history", better[:6])
    assert document["files"] == [{"name": "rules.yaml", "text": BETTER}]
    assert "+    when: {words: [boleto, fatura, nota]}" in document["diff"]
    assert "-    when: {words: [boleto, fatura]}" in changed.run("rules", "history", hashes(changed)[2]).stdout
    assert changed.run("rules", "history", better, "--content").stdout.rstrip() == BETTER.rstrip()


def test_a_rollback_writes_the_old_files_and_can_be_undone(changed):
    old, better = hashes(changed)[-1], hashes(changed)[0]

    document = changed.json("rules", "rollback", old, code=0)
    assert (document["hash"], document["before"]) == (old, better)
    assert changed.rules.read_text() == RULES
    assert changed.json("rules", "history")[0]["outcome"] == "rolled_back"
    assert f"rollback {old}" in changed.run("rules", "rollback", better).stdout
    assert changed.rules.read_text() == BETTER


def test_files_that_are_those_already_are_left_alone(changed):
    assert changed.json("rules", "rollback", hashes(changed)[0])["files"] == []
    assert "já são" in changed.run("rules", "rollback", hashes(changed)[0]).stdout


def test_a_set_that_does_not_pass_is_refused_and_nothing_is_written(changed):
    failing = hashes(changed)[1]

    result = changed.run("rules", "rollback", failing)

    assert result.exit_code == 2
    assert f"{changed.rules}:" in result.stderr
    assert changed.rules.read_text() == BETTER
    assert len(changed.json("rules", "history")) == 4


@pytest.mark.parametrize("word", ["history", "rollback"])
def test_a_hash_that_is_not_there_is_told_with_the_one_that_may_be_meant(changed, word):
    better = hashes(changed)[0]
    wrong = better[:-1] + ("0" if better[-1] != "0" else "1")

    result = changed.run("rules", word, wrong)
    assert result.exit_code == 1
    assert f"seria {better}?" in result.stderr
    assert changed.run("rules", word, "zzzz").exit_code == 1
    assert changed.run("rules", word, "../../etc/passwd").exit_code == 1
    assert changed.run("rules", word, better[:3]).exit_code == 1


@pytest.mark.parametrize("word", ["history", "rollback"])
def test_a_damaged_set_is_told(changed, word):
    better = hashes(changed)[0]
    (changed.folder / "var" / "rules" / "sets" / f"{better}.json").write_bytes(b"{")

    result = changed.run("rules", word, better)
    assert result.exit_code == 2
    assert "danificado" in result.stderr


def test_without_a_history_there_is_nothing_to_show(installation):
    assert installation.json("rules", "history") == []
    assert "Nenhum arquivo de regras" in installation.run("rules", "history").stdout
    assert installation.run("rules", "rollback", "abcdef").exit_code == 1
    assert not (installation.folder / "var").exists()


def test_no_rule_file_controls_the_terminal(installation):
    book = Rulebook(installation.rules, RuleHistory(installation.folder / "var" / "rules"))
    installation.rules.write_text(f"# {HOSTILE}\n" + RULES)
    asyncio.run(book.reload())
    event = installation.json("rules", "history")[0]

    for words in ((), (event["hash"],), (event["hash"], "--content"), (event["hash"], "--json")):
        assert controls_in(installation.run("rules", "history", *words, color=True).stdout) == []
