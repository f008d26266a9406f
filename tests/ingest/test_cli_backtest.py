"""`balcao rules backtest`: what would change, before it does."""

import sqlite3

import pytest

from tests.ingest.desk import HOSTILE, RULES, controls_in
from tests.ingest.pasts import fill

CANDIDATE = RULES.replace("[boleto, fatura]", "[boleto, certificado digital]")


@pytest.fixture
def past(installation):
    """Four tickets judged by the rules of the desk, one of them corrected, and a candidate beside them."""
    fill(installation, moves=[(3, "financeiro", "Alta")])
    (installation.folder / "new.yaml").write_text(CANDIDATE)
    return installation


def candidate(installation):
    return str(installation.folder / "new.yaml")


def test_scripts_are_told_everything(past):
    document = past.json("rules", "backtest", candidate(past))

    assert (document["ok"], document["tickets"], document["changed"]) == (True, 4, 2)
    assert [(move["field"], move["from"], move["to"], move["tickets"]) for move in document["moves"]] == [
        ("department", "financeiro", "suporte", 1),
        ("department", "suporte", "financeiro", 1),
    ]
    (sample,) = document["moves"][1]["samples"]
    assert (sample["ticket"], sample["rule_before"], sample["rule_after"]) == (3, "default", "boleto")
    assert sample["words_after"] == [{"where": "text", "words": ["certificado digital"]}]
    assert document["corrections"] == {
        "department": {"fixed": 1, "missed": 0, "otherwise": 0},
        "priority": {"fixed": 0, "missed": 1, "otherwise": 0},
    }
    assert document["cost_us"]["judging"] > 0
    assert document["ruleset"] != past.json("rules", "check")["hash"]


def test_people_see_moves_rules_and_tickets_to_read(past):
    text = past.run("rules", "backtest", candidate(past)).stdout

    assert "2 de 4 tickets mudariam (50%)" in text
    assert "suporte → financeiro" in text
    assert "certificado digital" in text
    assert "Ainda errados" in text


def test_the_rules_in_force_change_nothing(past):
    document = past.json("rules", "backtest")

    assert (document["tickets"], document["changed"], document["moves"], document["rules"]) == (4, 0, [], [])


@pytest.mark.parametrize(("limit", "code"), [("50%", 0), ("49,9%", 1), ("100", 0), ("0%", 1)])
def test_more_changes_than_allowed_are_exit_code_one(past, limit, code):
    document = past.json("rules", "backtest", candidate(past), "--fail-if-changed-more-than", limit, code=code)

    assert document["ok"] is (code == 0)


def test_tickets_are_chosen_by_number_or_time(past):
    assert past.json("rules", "backtest", candidate(past), "--last", "2")["tickets"] == 2
    assert past.json("rules", "backtest", candidate(past), "--since", "2026-11-22")["tickets"] == 4
    assert past.json("rules", "backtest", candidate(past), "--since", "2099-01-01")["tickets"] == 0


def test_what_becomes_unmatched_and_failing_tests_are_told(past):
    (past.folder / "new.yaml").write_text(RULES.replace("[boleto, fatura]", "[fatura]"))

    document = past.json("rules", "backtest", candidate(past))
    text = past.run("rules", "backtest", candidate(past)).stdout

    assert document["unmatched"] == {"count": 1, "tickets": [1]}
    assert document["failing_tests"] == 1
    assert "#1" in text
    assert "seria recusado" in text


def test_tickets_without_facts_are_told_apart(past):
    with sqlite3.connect(past.folder / "var" / "balcao.db") as connection:
        connection.execute("UPDATE messages SET facts = NULL WHERE ticket = 2")
    connection.close()

    assert past.json("rules", "backtest")["unreadable"] == {"count": 1, "tickets": [2]}
    assert "1 ticket não tem fatos" in past.run("rules", "backtest").stdout


def test_a_store_without_tickets_is_no_error(installation):
    fill(installation, texts=())

    assert installation.json("rules", "backtest", "--fail-if-changed-more-than", "0%")["tickets"] == 0
    assert "Nenhum ticket" in installation.run("rules", "backtest").stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--since", "ontem"], "não é um momento"),
        (["--since", "30d", "--last", "5"], "--since"),
        (["--last", "0"], "número inteiro"),
        (["--fail-if-changed-more-than", "muito"], "5%"),
        (["--fail-if-changed-more-than", "101%"], "5%"),
        (["--fail-if-changed-more-than", "nan"], "5%"),
        (["missing.yaml"], "missing.yaml:1:1"),
    ],
)
def test_what_cannot_be_tried_is_told(past, words, expected):
    result = past.run("rules", "backtest", *words)

    assert result.exit_code == 2
    assert expected in result.stderr


def test_a_broken_candidate_is_told_by_place(past):
    (past.folder / "new.yaml").write_text(RULES.replace("words", "wrods", 1))

    result = past.run("rules", "backtest", candidate(past))

    assert result.exit_code == 2
    assert "new.yaml:8:" in result.stderr


def test_a_missing_or_damaged_store_is_told(installation):
    assert "balcao db upgrade" in installation.run("rules", "backtest").stderr
    (installation.folder / "var").mkdir()
    (installation.folder / "var" / "balcao.db").write_bytes(b"no database" * 100)
    result = installation.run("rules", "backtest")
    assert result.exit_code == 2
    assert "não pode ser usado agora" in result.stderr


def test_no_customer_controls_the_terminal(installation):
    fill(installation, (HOSTILE + " boleto",), subject=HOSTILE)
    installation.rules.write_text(RULES.replace("boleto, fatura", "fatura"))

    for words in ((), ("--json",)):
        text = installation.run("rules", "backtest", *words, color=True).stdout
        assert controls_in(text) == []
        assert "txt.exe" in text


def test_nothing_is_written(past):
    database = past.folder / "var" / "balcao.db"
    before = database.read_bytes()
    past.run("rules", "backtest", candidate(past))
    assert database.read_bytes() == before
