"""Tests of a rule file with captured messages: read by the channel's own code, from the folder of the file only."""

import json
import os

import pytest

from tests.ingest.desk import RULES, balcao

MAIL = (
    b"From: Ana <ana@cliente.example>\r\nTo: suporte@exemplo.com.br\r\nSubject: Segunda via\r\n\r\nO boleto venceu.\r\n"
)
CALL = {
    "event": "ended",
    "call_id": "c1",
    "direction": "inbound",
    "from": "+5511999990000",
    "to": "+551130000000",
    "answered": False,
    "started_at": "2026-11-22T12:00:00Z",
    "ended_at": "2026-11-22T12:02:00Z",
    "waited_s": 120,
}


def run(tmp_path, *cases, code=0):
    rules = RULES.replace("words: [fora do ar]", "trait: {call.answered: false}")
    (tmp_path / "rules.yaml").write_text(rules + "".join(f"  - {case}\n" for case in cases))
    result = balcao("rules", "test", str(tmp_path / "rules.yaml"), "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout), result


def case(given, expect="{department: financeiro}"):
    return f"{{name: caso, given: {given}, expect: {expect}}}"


def test_a_captured_mail_is_read_as_mail(tmp_path):
    (tmp_path / "casos").mkdir()
    (tmp_path / "casos" / "boleto.eml").write_bytes(MAIL)

    document, _result = run(tmp_path, case("{payload: casos/boleto.eml}", "{department: financeiro, rule: boleto}"))

    assert document["passed"] == 2


def test_what_the_test_says_itself_replaces_what_was_read(tmp_path):
    (tmp_path / "boleto.eml").write_bytes(MAIL)
    given = "{payload: boleto.eml, subject: oi, text: nada, traits: {call.answered: false}}"

    document, _result = run(tmp_path, case(given, "{department: suporte, priority: Alta}"))

    assert document["passed"] == 2


def test_the_kind_of_channel_says_who_reads(tmp_path):
    (tmp_path / "ligacao.json").write_text(json.dumps(CALL))

    document, _result = run(tmp_path, case("{payload: ligacao.json, channel: voice}", "{priority: Alta}"))

    assert document["passed"] == 2, document


def test_a_payload_that_cannot_be_read_is_a_test_that_fails(tmp_path):
    (tmp_path / "ligacao.json").write_text("{")

    document, _result = run(tmp_path, case("{payload: ligacao.json, channel: voice}"), code=1)

    assert [test["ok"] for test in document["tests"]] == [True, False]
    assert document["tests"][1]["reason"]
    assert document["tests"][1]["department"] is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{payload: none.eml}", "não existe o arquivo none.eml"),
        ("{payload: ../outside.eml}", "está fora da pasta"),
        ("{payload: /etc/hostname, channel: smtp}", "está fora da pasta"),
        ("{payload: link.eml}", "está fora da pasta"),
        ("{payload: folder.eml}", "não existe o arquivo folder.eml"),
        ("{payload: pipe.eml}", "não existe o arquivo pipe.eml"),
        ("{payload: call.json}", "que tipo de canal lê call.json"),
        ("{payload: call.json, channel: nowhere}", "que tipo de canal lê call.json"),
    ],
)
def test_a_payload_that_is_not_there_is_told_with_its_line(tmp_path, given, expected):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "outside.eml").write_bytes(MAIL)
    (folder / "link.eml").symlink_to(tmp_path / "outside.eml")
    (folder / "folder.eml").mkdir()
    (folder / "call.json").write_text("{}")
    os.mkfifo(folder / "pipe.eml")

    document, result = run(folder, case(given), code=2)

    assert f"{folder / 'rules.yaml'}:17:" in result.stderr
    assert expected in result.stderr
    assert document["mistakes"][0]["line"] == 17


def test_every_payload_that_is_missing_is_told_at_once(tmp_path):
    document, _result = run(tmp_path, case("{payload: a.eml}"), case("{payload: b.eml}"), code=2)

    assert [mistake["line"] for mistake in document["mistakes"]] == [17, 18]


def test_cases_of_another_file_name_payloads_beside_that_file(tmp_path):
    (tmp_path / "casos").mkdir()
    (tmp_path / "casos" / "boleto.eml").write_bytes(MAIL)
    (tmp_path / "casos" / "casos.yaml").write_text(f"- {case('{payload: boleto.eml}')}\n")
    (tmp_path / "rules.yaml").write_text(RULES)

    result = balcao("rules", "test", str(tmp_path / "rules.yaml"), "--cases", str(tmp_path / "casos" / "casos.yaml"))

    assert result.exit_code == 0, result.output
