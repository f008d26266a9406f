"""`balcao rules stats`: which rules decide, never decide, are corrected."""

import pytest

from tests.ingest.desk import RULES
from tests.ingest.pasts import fill


@pytest.fixture
def past(installation):
    fill(installation, moves=[(1, "suporte", None), (3, "financeiro", None)])
    installation.rules.write_text(RULES.replace("name: parado", "name: queda"))
    return installation


def rows(document):
    return {(row["rule"], row["field"]): row for row in document["rules"]}


def test_scripts_are_told_hits_corrections_and_precision(past):
    document = past.json("rules", "stats")

    assert document["tickets"] == 4
    assert rows(document)["boleto", "department"] == {
        "rule": "boleto",
        "field": "department",
        "hits": 2,
        "corrected": 1,
        "precision": 0.5,
        "moved_to": {"suporte": 1},
        "in_file": True,
    }
    assert rows(document)["default", "priority"]["precision"] == 1.0


def test_rules_that_decided_nothing_and_rules_that_are_gone_are_told(past):
    document = past.json("rules", "stats")

    assert document["never"] == ["queda"]
    assert rows(document)["parado", "priority"]["in_file"] is False


def test_people_see_the_same(past):
    text = past.run("rules", "stats").stdout

    assert "50%" in text
    assert "suporte 1" in text
    assert "parado (não está mais no arquivo)" in text
    assert "queda" in text.partition("Regras que não decidiram nada")[2]


def test_tags_are_hits_without_precision(installation):
    tagged = RULES.replace("set: {priority: Alta}", "set: {priority: Alta}\n    tags: [queda, urgente]")
    installation.rules.write_text(tagged)
    fill(installation, rules=tagged)

    row = rows(installation.json("rules", "stats"))["parado", "tags"]
    assert (row["hits"], row["corrected"], row["precision"]) == (2, None, None)


def test_only_tickets_since_then_count(past):
    assert past.json("rules", "stats", "--since", "2099-01-01")["tickets"] == 0
    assert past.json("rules", "stats", "--since", "2026-11-22")["since"] == "2026-11-22T03:00:00Z"


def test_a_store_without_tickets_is_no_error(installation):
    fill(installation, texts=())

    assert installation.json("rules", "stats")["never"] == ["boleto", "parado"]
    assert "Nenhum ticket" in installation.run("rules", "stats").stdout


def test_what_cannot_be_counted_is_told(past, tmp_path):
    assert "não é um momento" in past.run("rules", "stats", "--since", "depois").stderr
    past.rules.write_text("version: 1\n")
    assert past.run("rules", "stats").exit_code == 2


def test_a_missing_store_is_told(installation):
    result = installation.run("rules", "stats")

    assert result.exit_code == 2
    assert "balcao db upgrade" in result.stderr
