"""`balcao rules`: check, test, explain and schema."""

import json
import xml.etree.ElementTree as ET

import jsonschema
import pytest
import yaml

from tests.ingest.desk import RULES, balcao

MAIL = b"From: ana@cliente.example\r\nSubject: Segunda via\r\n\r\nO boleto venceu.\r\n"


def test_a_good_file_is_summed_up(installation):
    document = installation.json("rules", "check", str(installation.rules))

    assert document["ok"] is True
    assert (document["rules"], document["tests"]) == (2, 1)
    assert document["departments"] == {"suporte": "Suporte", "financeiro": "Financeiro"}


def test_without_a_file_the_one_of_the_settings_is_checked(installation):
    assert str(installation.rules) in installation.run("rules", "check").stdout


def test_every_mistake_is_told_with_its_place_in_portuguese(installation):
    installation.rules.write_text(RULES.replace("{words: [boleto", "{wrods: [boleto").replace("Alta", "Urgente"))

    result = balcao("rules", "check", str(installation.rules))

    assert result.exit_code == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"{installation.rules}:8:12",
        f"{installation.rules}:12:21",
    ]
    assert "seria 'words'?" in result.stderr


def test_mistakes_are_one_json_document_too(installation):
    installation.rules.write_text("version: 1\n")

    document = json.loads(balcao("rules", "check", str(installation.rules), "--json").stdout)

    assert {"file", "line", "column", "message"} == set(document["mistakes"][0])


@pytest.mark.parametrize("word", ["check", "test"])
@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"a: &b [*b]", b"{" * 1000])
def test_a_file_that_is_no_rule_file_is_told(tmp_path, word, content):
    if content is not None:
        (tmp_path / "rules.yaml").write_bytes(content)

    result = balcao("rules", word, str(tmp_path / "rules.yaml"))

    assert result.exit_code == 2
    assert f"{tmp_path / 'rules.yaml'}:1:" in result.stderr


def test_tests_that_pass_are_counted(installation):
    assert installation.run("rules", "test").stdout == "1 teste passa\n"
    assert installation.json("rules", "test")["tests"][0]["ok"] is True


def test_a_test_that_fails_is_told_with_its_place_and_exit_code_one(installation):
    installation.rules.write_text(RULES.replace("[boleto, fatura]", "[fatura]"))

    result = installation.run("rules", "test")
    document = installation.json("rules", "test", code=1)

    assert result.exit_code == 1
    assert "✗ boleto vai ao financeiro" in result.stdout
    assert f"{installation.rules}:14:5" in result.stdout
    assert (document["ok"], document["failed"]) == (False, 1)
    assert "financeiro" in document["tests"][0]["reason"]


def test_cases_of_another_file_are_run_too(installation, tmp_path):
    (tmp_path / "more.yaml").write_text(
        "- name: queda\n  given: {text: O site está fora do ar}\n  expect: {priority: Alta}\n"
    )

    document = installation.json("rules", "test", "--cases", str(tmp_path / "more.yaml"))

    assert [test["name"] for test in document["tests"]] == ["boleto vai ao financeiro", "queda"]


def test_mistakes_in_the_cases_are_told_with_their_place(installation, tmp_path):
    (tmp_path / "more.yaml").write_text("- name: x\n  given: {text: a}\n  expect: {department: marketing}\n")

    result = installation.run("rules", "test", "--cases", str(tmp_path / "more.yaml"))

    assert result.exit_code == 2
    assert "more.yaml:3:" in result.stderr


def test_results_can_be_read_by_a_ci_server(installation, tmp_path):
    installation.rules.write_text(
        RULES.replace("[boleto, fatura]", "[fatura]").replace("boleto vai", 'boleto <&\\"> vai')
    )
    installation.rules.write_text(RULES.replace("[boleto, fatura]", "[fatura]"))

    installation.run("rules", "test", "--junit", str(tmp_path / "out.xml"))

    root = ET.parse(tmp_path / "out.xml").getroot()
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    (case,) = root.iter("testcase")
    assert case.get("name") == "boleto vai ao financeiro"
    assert "financeiro" in case.find("failure").get("message")


def test_a_junit_file_that_cannot_be_written_is_told(installation, tmp_path):
    result = installation.run("rules", "test", "--junit", str(tmp_path / "no" / "out.xml"))

    assert result.exit_code == 2
    assert "out.xml" in result.stderr


def test_the_schema_accepts_the_rules_that_balcao_accepts():
    schema = json.loads(balcao("rules", "schema").stdout)

    jsonschema.validate(yaml.safe_load(RULES), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**yaml.safe_load(RULES), "rulez": []}, schema)


def test_the_schema_speaks_the_language_of_the_reader():
    assert "As regras, consultadas de cima para baixo." in balcao("rules", "schema").stdout
    assert "The rules, asked from top to bottom." in balcao("rules", "schema", lang="en").stdout


def test_a_text_is_explained_by_rule_and_words(installation):
    document = installation.json("rules", "explain", "--text", "A fatura veio errada", "--subject", "Site fora do ar!")

    assert document["fields"]["department"]["rule"] == "boleto"
    assert document["fields"]["department"]["matched"] == [{"where": "text", "words": ["fatura"]}]
    assert document["fields"]["priority"]["value"] == "Alta"
    assert document["fields"]["priority"]["position"]["line"] == 10


def test_people_see_the_same_as_a_table(installation):
    text = installation.run("rules", "explain", "--text", "A fatura veio errada").stdout

    assert "text: fatura" in text
    assert f"{installation.rules}:7" in text
    assert "Regras que se aplicam: boleto" in text


def test_a_text_from_a_file_and_a_captured_mail_are_explained(installation, tmp_path):
    (tmp_path / "text").write_text("o boleto")
    (tmp_path / "mail.eml").write_bytes(MAIL)

    by_text = installation.json("rules", "explain", "--text-file", str(tmp_path / "text"))
    by_mail = installation.json("rules", "explain", "--eml", str(tmp_path / "mail.eml"))

    assert by_text["fields"]["department"]["value"] == by_mail["fields"]["department"]["value"] == "financeiro"
    assert by_mail["facts"]["subject"] == "Segunda via"


def test_a_stored_ticket_is_explained_by_the_facts_it_was_judged_by(desk):
    document = desk.json("rules", "explain", "--ticket", "1")

    assert document["facts"]["text"] == "Não consigo emitir a nota fiscal."
    assert document["fields"]["department"]["rule"] == "default"


def test_traits_mean_what_they_mean_in_a_rule_file(installation):
    rules = RULES.replace("when: {words: [fora do ar]}", "when: {trait: {call.answered: false}}")
    installation.rules.write_text(rules)
    words = ("rules", "explain", "--text", "", "--channel", "telefone", "--medium", "call", "--trait")

    assert installation.json(*words, "call.answered=false")["fields"]["priority"]["value"] == "Alta"
    assert installation.json(*words, "call.answered=true")["fields"]["priority"]["value"] == "Baixa"
    assert installation.json(*words, "call.from=0800", "--trait", "x=a=b")["facts"]["traits"] == {
        "call.from": "0800",
        "x": "a=b",
    }


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        ([], 2, "diga o que explicar"),
        (["--text", "a", "--ticket", "1"], 2, "diga o que explicar"),
        (["--text", "a", "--trait", "solto"], 2, "não é uma característica"),
        (["--text-file", "none.txt"], 2, "none.txt"),
        (["--eml", "none.eml"], 2, "none.eml"),
        (["--ticket", "99"], 1, "não existe o ticket 99"),
        (["--ticket", "0"], 2, "número inteiro"),
    ],
)
def test_what_cannot_be_explained_is_told(desk, words, code, expected):
    result = desk.run("rules", "explain", *words)

    assert result.exit_code == code
    assert expected in result.stderr


def test_a_text_file_that_is_no_text_is_told(installation, tmp_path):
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")

    result = installation.run("rules", "explain", "--text-file", str(tmp_path / "picture"))

    assert result.exit_code == 2
    assert "não é texto UTF-8" in result.stderr
