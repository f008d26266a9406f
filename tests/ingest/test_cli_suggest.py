"""`balcao rules suggest`: rules that people's corrections ask for, ready to be pasted."""

import asyncio
import re
import sqlite3

import pytest
import yaml

from tests.ingest.desk import HOSTILE, RULES, controls_in
from tests.ingest.pasts import file_judged, judged

MOVED = (
    "Bom dia, o comprovante de rendimentos não chegou, obrigada, Ana",
    "Onde vejo o comprovante de rendimentos com CPF 123.456.789-00?",
    "Peço o comprovante de rendimentos para ana@cliente.example",
    "Veio o comprovante de rendimentos em branco: \"erro\" \\ 'aspas' # e {chaves}",
)
OTHERS = (
    "Como instalo o certificado digital?",
    "O leitor apagou",
    "A senha do portal expirou",
    "Uma tela azul apareceu",
)
TEXTS = (*MOVED, *(f"{OTHERS[number % len(OTHERS)]} ({number})" for number in range(40)))
CORRECTED = tuple((number, "financeiro", None) for number in range(1, len(MOVED) + 1))


def fill(installation, texts=TEXTS, moves=CORRECTED, rules=RULES, subject="Olá"):
    """Every ticket is of a sender of its own."""
    folder = installation.folder / "var"
    folder.mkdir(exist_ok=True)
    filings = [
        judged(number, text, rules, subject=subject, sender=f"c{number}@cliente.example")
        for number, text in enumerate(texts, 1)
    ]
    asyncio.run(file_judged(f"sqlite:///{folder / 'balcao.db'}", filings, moves))


@pytest.fixture
def past(installation):
    fill(installation)
    return installation


def pasted(text, one):
    """The rule file with a proposal pasted where the command says, as a person would."""
    lines = text.splitlines()
    block = one["yaml"].splitlines()
    tests = block.index("tests:")
    rule, cases = block[1:tests], block[tests + 1 :]
    start = lines.index("tests:")
    lines[start + 1 : start + 1] = cases
    place = one["place"]
    at = place["line"] - 1 if place["side"] == "above" else start
    return "\n".join([*lines[:at], *rule, *lines[at:]]) + "\n"


def test_scripts_are_told_the_rule_and_what_it_would_have_got_right(past):
    document = past.json("rules", "suggest")

    (one,) = document["suggestions"]
    assert (document["tickets"], document["corrected"]) == (44, 4)
    assert (one["field"], one["value"], one["place"]["side"]) == ("department", "financeiro", "below")
    assert "rendimentos" in one["words"] or "comprovante" in one["words"]
    assert [ticket["ticket"] for ticket in one["right"]] == [1, 2, 3, 4]
    assert (one["wrong"], one["undecided"], one["unchanged"], one["precision"]) == ([], [], 0, 1.0)
    assert one["z"] > 1.96


def test_what_is_proposed_can_be_pasted_passes_and_decides_as_people_did(past):
    (one,) = past.json("rules", "suggest")["suggestions"]

    past.rules.write_text(pasted(RULES, one))

    assert past.json("rules", "check")["rules"] == 3
    assert past.json("rules", "test")["ok"] is True
    assert past.json("rules", "backtest")["corrections"]["department"] == {"fixed": 4, "missed": 0, "otherwise": 0}
    assert past.json("rules", "suggest")["suggestions"] == [], "what is in the file is not proposed again"


def test_a_rule_goes_above_the_one_that_people_corrected(installation):
    texts = [f"{text}, e a fatura" for text in MOVED] + [f"A fatura do plano {word}" for word in ("ouro", "prata")]
    fill(installation, [*texts, *TEXTS[4:]], [(number, "suporte", None) for number in range(1, 5)])

    (one,) = installation.json("rules", "suggest")["suggestions"]
    installation.rules.write_text(pasted(RULES, one))

    assert (one["place"]["side"], one["place"]["rule"], one["value"]) == ("above", "boleto", "suporte")
    assert installation.json("rules", "test")["ok"] is True
    assert installation.json("rules", "backtest")["corrections"]["department"]["fixed"] == 4


def test_a_department_of_an_included_file_and_a_priority_are_proposed_too(installation):
    moves = tuple((number, "juridico", "Alta") for number in range(1, len(MOVED) + 1))
    fill(installation, moves=moves)
    (installation.rules.parent / "mais.yaml").write_text(
        "departments: {juridico: Jurídico}\n"
        "rules: [{name: processo, when: {words: processo}, set: {department: juridico}}]\n"
    )
    installation.rules.write_text("include: mais.yaml\n" + RULES)

    found = installation.json("rules", "suggest")["suggestions"]

    assert {(one["field"], one["value"]) for one in found} == {("department", "juridico"), ("priority", "Alta")}
    for one in found:
        installation.rules.write_text("include: mais.yaml\n" + pasted(RULES, {**one, "place": {"side": "end"}}))
        assert installation.run("rules", "test").exit_code == 0, one["yaml"]


def test_tickets_that_it_would_have_spoiled_and_that_nobody_decided_are_told(installation):
    texts = (*MOVED, *(f"O comprovante de rendimentos, caso {name}" for name in "abcd"), *TEXTS[4:])
    moves = [(number, "financeiro", None) for number in range(1, 7)] + [(7, "juridico", None)]
    rules = RULES.replace("  financeiro: Financeiro", "  financeiro: Financeiro\n  juridico: Jurídico")
    installation.rules.write_text(rules)
    fill(installation, texts, moves, rules)

    (one,) = installation.json("rules", "suggest")["suggestions"]

    assert [len(one[kind]) for kind in ("right", "wrong", "undecided")] == [6, 1, 1]
    assert (one["wrong"][0]["ticket"], one["undecided"][0]["ticket"]) == (7, 8)
    assert one["precision"] == round(6 / 7, 4)


def test_customers_words_are_quoted_without_what_tells_who_they_are(past):
    (one,) = past.json("rules", "suggest", "--min-support", "2")["suggestions"]

    block = yaml.safe_load(one["yaml"])
    told = " ".join(case["given"]["text"] for case in block["tests"])
    assert len(block["tests"]) == 3
    assert all(case["expect"]["rule"] == {"department": one["rule"]} for case in block["tests"])
    assert not re.search(r"123|789|@|\bAna\b", told)


def test_people_see_a_table_and_what_to_paste(past):
    text = past.run("rules", "suggest").stdout

    assert "44 tickets lidos, 4 corrigidos por pessoas" in text
    assert "teria acertado: #1 Olá, #2 Olá, #3 Olá, #4 Olá" in text
    assert f"Cole a regra abaixo de parado ({past.rules}:10):" in text
    assert "set: {department: financeiro}" in text


def test_the_answer_is_the_same_every_time(past):
    assert past.json("rules", "suggest") == past.json("rules", "suggest")


def test_too_few_senders_propose_nothing(past):
    assert past.json("rules", "suggest", "--min-support", "5")["suggestions"] == []
    assert "Nada a sugerir" in past.run("rules", "suggest", "--min-support", "5").stdout


def test_one_sender_who_writes_often_is_one(installation):
    fill(installation)
    with sqlite3.connect(installation.folder / "var" / "balcao.db") as connection:
        changed = connection.execute(
            "UPDATE messages SET facts = json_set(facts, '$.sender', 'x@y.example') WHERE ticket <= 4"
        )
        assert changed.rowcount == 4
    connection.close()

    assert installation.json("rules", "suggest")["suggestions"] == []


def test_only_tickets_since_then_and_so_many_proposals(past):
    assert past.json("rules", "suggest", "--since", "2099-01-01")["tickets"] == 0
    assert len(past.json("rules", "suggest", "--limit", "1")["suggestions"]) == 1


@pytest.mark.parametrize(("texts", "moves"), [((), ()), (TEXTS, ()), (TEXTS[:1], CORRECTED[:1])])
def test_without_tickets_or_corrections_there_is_nothing_to_suggest(installation, texts, moves):
    fill(installation, texts, moves)

    assert installation.json("rules", "suggest")["suggestions"] == []


def test_no_customer_controls_the_terminal_or_the_yaml(installation):
    hostile = [f'{HOSTILE} {{x: "y"}} comprovante de rendimentos\n- name: &a !!x {number}' for number in range(4)]
    fill(installation, [*hostile, *TEXTS[4:]], subject=HOSTILE)

    (one,) = installation.json("rules", "suggest")["suggestions"]
    installation_text = pasted(RULES, one)
    for words in ((), ("--json",)):
        assert controls_in(installation.run("rules", "suggest", *words, color=True).stdout) == []
    installation.rules.write_text(installation_text)
    assert installation.json("rules", "test")["ok"] is True


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--since", "ontem"], "não é um momento"),
        (["--limit", "0"], "número inteiro"),
        (["--min-support", "1"], "número inteiro"),
        (["missing.yaml"], "missing.yaml:1:1"),
    ],
)
def test_what_cannot_be_used_is_told(past, words, expected):
    result = past.run("rules", "suggest", *words)

    assert result.exit_code == 2
    assert expected in result.stderr


def test_broken_rules_failing_rules_and_a_missing_store_are_told(installation):
    assert "balcao db upgrade" in installation.run("rules", "suggest").stderr
    fill(installation)
    for broken in (RULES.replace("words", "wrods", 1), RULES.replace("priority: Baixa}\n", "priority: Alta}\n", 1)):
        installation.rules.write_text(broken)
        result = installation.run("rules", "suggest")
        assert result.exit_code == 2
        assert "rules.yaml:" in result.stderr
