"""`balcao rules lint`: findings with place, kind and severity, for people and machines; only errors make it fail."""

import json

import pytest

from tests.ingest.desk import RULES, balcao
from tests.patience import costs_below

DEAD = RULES.replace("rules:\n", "rules:\n  - name: tudo\n    when: {words: [boleto, fatura, fora do ar]}\n"
                     "    set: {department: financeiro, priority: Baixa}\n")  # fmt: skip


def test_rules_that_never_count_are_errors_and_exit_code_one(installation):
    installation.rules.write_text(DEAD)

    document = installation.json("rules", "lint", code=1)
    found = {(one["rule"], one["id"], one["severity"], one["line"]) for one in document["findings"]}

    assert (document["ok"], document["errors"]) == (False, 2)
    assert {("boleto", "unreachable", "error", 10), ("parado", "unreachable", "error", 13)} <= found
    assert [one["others"] for one in document["findings"] if one["id"] == "unreachable"] == 2 * [
        [{"name": "tudo", "file": str(installation.rules), "line": 7}]
    ]


def test_the_other_rule_is_named_with_its_line(installation):
    installation.rules.write_text(DEAD)

    text = installation.run("rules", "lint").stdout

    assert f"{installation.rules}:10:5: erro  boleto: nada do que esta regra faz vale alguma vez" in text
    assert f"    {installation.rules}:7: tudo" in text
    assert "2 erros" in text.splitlines()[-1]


def test_warnings_and_hints_alone_are_no_failure(installation):
    installation.rules.write_text(RULES.replace("[boleto, fatura]", "[boleto, Boleto, fatura]"))

    result = installation.run("rules", "lint")
    document = installation.json("rules", "lint")

    assert result.exit_code == 0
    assert (document["ok"], document["warnings"], document["hints"]) == (True, 1, 1)


@pytest.mark.parametrize(
    "content", [None, b"\xff\xfe\x00", b"a: &b [*b]", b"version: 1\nrules: []\n", b"x" * 6_000_000]
)
def test_what_is_no_rule_file_is_told_with_exit_code_two(tmp_path, content):
    file = tmp_path / "rules.yaml"
    if content is not None:
        file.write_bytes(content)

    result = balcao("rules", "lint", str(file))

    assert result.exit_code == 2
    assert f"{file}:1:" in result.stderr


def test_a_folder_is_told(tmp_path):
    assert balcao("rules", "lint", str(tmp_path)).exit_code == 2


def test_a_thousand_rules_are_looked_at_within_ten_seconds(tmp_path):
    rules = "".join(
        f"  - {{name: r{n}, when: {{words: [palavra{n}, outra{n % 300}, mais{n % 70} {n}], medium: [mail, chat]}}, "
        f"set: {{department: {'suporte' if n % 2 else 'financeiro'}}}, tags: [t{n % 9}]}}\n"
        for n in range(1000)
    )
    head = RULES.partition("rules:\n")[0]
    (tmp_path / "rules.yaml").write_text(f"{head}rules:\n{rules}")

    with costs_below(10):
        result = balcao("rules", "lint", str(tmp_path / "rules.yaml"), "--json")
    assert json.loads(result.stdout)["rules"] == 1000


def test_a_condition_that_is_hard_to_reason_about_does_not_take_for_ever(tmp_path):
    """Nested choices over many words: what is not known in time is not claimed."""
    parts = ", ".join(
        f"{{any: [{{words: a{n}}}, {{all: [{{words: b{n}}}, {{not: {{words: c{n}}}}}]}}]}}" for n in range(60)
    )
    rules = "".join(
        f"  - {{name: r{n}, when: {{all: [{parts}, {{words: z{n}}}]}}, set: {{priority: Alta}}}}\n" for n in range(20)
    )
    (tmp_path / "rules.yaml").write_text(RULES.partition("rules:\n")[0] + f"rules:\n{rules}")

    with costs_below(15):
        assert balcao("rules", "lint", str(tmp_path / "rules.yaml")).exit_code == 0


def test_a_channel_that_the_settings_do_not_have_is_told_where_there_are_settings(installation, tmp_path):
    rules = RULES.replace("rules:\n", "rules:\n  - name: canal\n    when: {channel: [imap-antigo]}\n    tags: [x]\n")
    installation.rules.write_text(rules)
    (tmp_path / "alone.yaml").write_text(rules)

    found = installation.json("rules", "lint")["findings"]
    alone = json.loads(balcao("rules", "lint", str(tmp_path / "alone.yaml"), "--json", "-c", "none.yaml").stdout)

    assert [(one["id"], one["line"]) for one in found if one["id"] == "unknown-channel"] == [("unknown-channel", 8)]
    assert [one["id"] for one in alone["findings"] if one["id"] == "unknown-channel"] == []
