"""`balcao rules why-not`: the first condition that fails with what it saw, or who decided before."""

import json
import sqlite3

import pytest

from ingest.roles import rules_folder
from ingest.rulehistory import RuleHistory
from tests.ingest.desk import RULES, balcao

NESTED = """\
version: 1
departments: {suporte: Suporte}
default: {department: suporte, priority: Baixa}
define:
  bloqueia: {words: [não consigo, travou]}
  sem_pressa: {words: [sem pressa]}
rules:
  - name: automatica
    when: {automated: true}
    set: {priority: Baixa}
    stop: true
  - name: alta
    when:
      all:
        - is: bloqueia
        - any: [{medium: call}, {trait: {call.waited_s: {gte: 1m}}}]
        - not: {is: sem_pressa}
    set: {priority: Alta, flag: true}
  - name: media
    when: {is: bloqueia}
    set: {priority: Média}
  - name: baixa
    when: {words: travou}
    set: {priority: Baixa}
"""


def ask(tmp_path, *words, name="alta"):
    file = tmp_path / "rules.yaml"
    file.write_text(NESTED)
    result = balcao("rules", "why-not", name, str(file), *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_first_condition_that_fails_is_told_with_what_it_saw(tmp_path):
    failed = ask(tmp_path, "--text", "Tudo em ordem", "--medium", "call")["failed"]

    assert (failed["condition"], failed["written"]) == ("words", "não consigo, travou")
    assert failed["position"]["line"] == 5
    assert failed["saw"] == [{"where": "subject", "words": []}, {"where": "text", "words": ["Tudo em ordem"]}]


def test_of_alternatives_each_is_told(tmp_path):
    refusal = ask(tmp_path, "--text", "travou", "--trait", "call.waited_s=20")["refusal"]

    assert refusal["condition"] == "any"
    assert [(one["condition"], one["saw"]) for one in refusal["inner"]] == [
        ("medium", [{"where": "medium", "words": ["mail"]}]),
        ("trait", [{"where": "call.waited_s", "words": ["20"]}]),
    ]


def test_of_what_must_not_be_the_words_are_told(tmp_path):
    refusal = ask(tmp_path, "--text", "travou, mas sem pressa", "--medium", "call")["refusal"]

    assert refusal["condition"] == "not"
    assert refusal["inner"][0]["holds"] is True
    assert refusal["inner"][0]["held"] == [{"where": "text", "words": ["sem pressa"]}]


def test_a_rule_that_applies_tells_what_was_decided_before(tmp_path):
    document = ask(tmp_path, "--text", "travou", name="baixa")

    assert (document["applies"], document["refusal"], document["decides"]) == (True, None, [])
    assert [(one["field"], one["rule"], one["position"]["line"]) for one in document["beaten"]] == [
        ("priority", "media", 19)
    ]


def test_a_rule_that_decides_says_so(tmp_path):
    document = ask(tmp_path, "--text", "travou", "--medium", "call")

    assert (document["applies"], document["decides"]) == (True, ["priority", "flag"])


def test_a_rule_behind_a_stop_is_told_who_stops(tmp_path):
    (tmp_path / "mail.eml").write_bytes(b"From: a@b.example\r\nAuto-Submitted: auto-replied\r\n\r\ntravou\r\n")
    document = ask(tmp_path, "--eml", str(tmp_path / "mail.eml"), name="media")

    assert (document["applies"], document["stopped_by"]["rule"]) == (False, "automatica")


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("pt-BR", ["A regra alta", "não se aplica.", "a condição bloqueia não vale", "nenhuma destas está lá", "oi"]),
        ("en", ["The rule alta", "does not apply.", "named condition bloqueia is not true", "none of these", "oi"]),
    ],
)
def test_people_read_sentences(tmp_path, lang, expected):
    (tmp_path / "rules.yaml").write_text(NESTED)

    text = balcao("rules", "why-not", "alta", str(tmp_path / "rules.yaml"), "--text", "oi", lang=lang).stdout

    assert [words for words in expected if words not in text] == []


def test_an_unknown_rule_is_told_with_the_likeliest_meant(installation):
    near = installation.run("rules", "why-not", "bolet", "--text", "x")
    far = installation.run("rules", "why-not", "zzzzzzzz", "--text", "x")

    assert (near.exit_code, far.exit_code) == (2, 2)
    assert "seria 'boleto'?" in near.stderr
    assert "não existe a regra 'zzzzzzzz'" in far.stderr


def test_a_stored_ticket_is_asked_about(desk):
    document = desk.json("rules", "why-not", "boleto", "--ticket", "1")

    assert document["ticket"] == 1
    assert document["stored"]["fields"]["department"]["rule"] == "default"
    assert document["failed"]["saw"][1]["words"] == ["Não consigo emitir a nota fiscal."]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--text-file", "."], 2),
        (["--eml", "."], 2),
        (["--text-file", "none"], 2),
        (["--eml", "none"], 2),
        (["--text", "x", "--trait", "call.answred=false"], 2),
        (["--text", "x", "--trait", "=1"], 2),
        (["--ticket", "99"], 1),
        ([], 2),
    ],
)
@pytest.mark.parametrize("command", [["why-not", "boleto"], ["explain"]])
def test_what_cannot_be_asked_is_told(desk, command, words, code):
    result = desk.run("rules", *command, *words)

    assert result.exit_code == code
    assert result.stderr.startswith("Erro: ")


def test_a_hundred_megabytes_of_text_are_read_as_far_as_rules_look(desk, tmp_path):
    with (tmp_path / "long").open("wb") as file:
        file.write("ção boleto ".encode())
        for _ in range(100):
            file.write("é ".encode() * 350_000)

    document = desk.json("rules", "explain", "--text-file", str(tmp_path / "long"))

    assert document["fields"]["department"]["rule"] == "boleto"


def test_a_misspelled_call_trait_is_told_with_the_likeliest_meant(desk):
    result = desk.run("rules", "explain", "--text", "x", "--trait", "call.answred=false")

    assert "seria 'call.answered'?" in result.stderr


def test_a_ticket_is_explained_by_what_was_decided_then_and_would_be_now(desk):
    desk.rules.write_text(RULES.replace("[fora do ar]", "[nota fiscal]"))

    document = desk.json("rules", "explain", "--ticket", "1")

    assert document["stored"]["fields"]["priority"]["rule"] == "bloqueia"
    assert document["fields"]["priority"]["rule"] == "parado"
    assert document["differs"] == ["priority"]
    assert "Decidido de outra forma agora: Prioridade" in desk.run("rules", "explain", "--ticket", "1").stdout


def test_what_moved_a_ticket_since_is_told(desk):
    assert desk.json("rules", "explain", "--ticket", "1")["since"] == []
    assert "desde então" not in desk.run("rules", "explain", "--ticket", "1").stdout
    event = (1, 1_772_452_800_000_000, "balcao", "retriaged", "suporte/Média", "suporte/Alta", "message 9: parado")
    database = sqlite3.connect(desk.folder / "var" / "balcao.db")
    with database:
        columns = 'ticket, at, who, what, "from", "to", reason'
        database.execute(f"INSERT INTO history ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", event)
    database.close()

    (told,) = desk.json("rules", "explain", "--ticket", "1")["since"]
    assert (told["what"], told["to"], told["reason"]) == ("retriaged", "suporte/Alta", "message 9: parado")
    shown = desk.run("rules", "explain", "--ticket", "1").stdout
    assert "O que o moveu desde então" in shown
    assert "message 9: parado" in shown


def test_the_rules_of_that_day_tell_places_and_runners_up_where_they_are_kept(desk):
    old = RULES.replace("[fora do ar]", "[nota fiscal]").replace("boleto, fatura", "nota fiscal, boleto")
    kept = RuleHistory(rules_folder(desk.folder / "var")).keep({"regras.yaml": old})
    database = sqlite3.connect(desk.folder / "var" / "balcao.db")
    with database:
        verdict = json.loads(database.execute("SELECT verdict FROM messages WHERE ticket = 1").fetchone()[0])
        database.execute(
            "UPDATE messages SET verdict = ? WHERE ticket = 1", (json.dumps({**verdict, "ruleset": kept}),)
        )
    database.close()

    document = desk.json("rules", "explain", "--ticket", "1")

    assert document["then"]["ruleset"] == kept
    assert document["then"]["fields"]["priority"]["position"] == {"file": "regras.yaml", "line": 10, "column": 5}
    assert "regras.yaml:10" in desk.run("rules", "explain", "--ticket", "1").stdout


def test_who_came_second_is_told_though_the_rules_of_that_day_are_gone(desk):
    database = sqlite3.connect(desk.folder / "var" / "balcao.db")
    with database:
        verdict = json.loads(database.execute("SELECT verdict FROM messages WHERE ticket = 1").fetchone()[0])
        second = {"field": "priority", "value": "Baixa", "rule": "duvida-de-antes"}
        changed = json.dumps({**verdict, "ruleset": "0" * 64, "runners_up": [second]})
        database.execute("UPDATE messages SET verdict = ? WHERE ticket = 1", (changed,))
    database.close()

    document = desk.json("rules", "explain", "--ticket", "1")

    assert document["then"] is None
    assert document["stored"]["runners_up"] == [second]
    assert "duvida-de-antes" in desk.run("rules", "explain", "--ticket", "1").stdout
