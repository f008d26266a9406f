"""The file's own tests say what was expected, what came and which rule decided."""

import pytest

from config.reading import read
from tests.triage.samples import facts, rules
from triage.loading import load_cases
from triage.selftest import run_tests

RULES = (
    "name: boleto\nwhen: {words: boleto}\nset: {department: financeiro}\ntags: [boleto]",
    "name: grito\nwhen: {shouting: true}\nset: {flag: true}",
)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("given: {text: boleto}, expect: {department: financeiro}", ""),
        (
            "given: {text: boleto}, expect: {department: suporte}",
            "department: expected suporte, got financeiro (by boleto)",
        ),
        ("given: {text: boleto}, expect: {priority: Baixa, flag: false, tags: boleto}", ""),
        ("given: {text: boleto}, expect: {priority: Alta}", "priority: expected Alta, got Baixa (by default)"),
        ("given: {text: oi}, expect: {flag: true}", "flag: expected true, got false"),
        ("given: {text: oi}, expect: {tags: [boleto]}", "tags: expected boleto, got -"),
        ("given: {text: boleto}, expect: {rule: boleto}", ""),
        ("given: {text: oi}, expect: {rule: {department: default}}", ""),
        ("given: {text: oi}, expect: {rule: boleto}", "rule of department: expected boleto, got default (by default)"),
        ("given: {text: oi}, expect: {rule: {flag: grito}}", "rule of flag: expected grito, got -"),
        ("given: {text: boleto}, expect_not: {department: suporte, tags: grito}", ""),
        (
            "given: {text: boleto}, expect_not: {department: financeiro, tags: boleto, rule: boleto}",
            (
                "department: expected not financeiro, got financeiro (by boleto); "
                "rule of department: expected not boleto, got boleto (by boleto); "
                "tags: expected not boleto, got boleto (by boleto)"
            ),
        ),
    ],
)
def test_a_case_passes_or_says_why_not(case, reason):
    (result,) = run_tests(rules(*RULES, tests=f"- {{name: caso, {case}}}"))

    assert (result.passed, result.reason) == (not reason, reason)


def test_given_becomes_facts():
    (case,) = load_cases(
        read(
            "- name: tudo\n"
            "  given:\n"
            "    {channel: telefone, medium: call, subject: 2024, text: '', sender: 5511999, sender_name: Ana,\n"
            "     recipients: a@b.example, automated: list, is_reply: true,\n"
            "     attachments: [nota.xml, foto.JPG, x, {name: y, type: a/b, size: 2MB}],\n"
            "     traits: {call.answered: false}}\n"
            "  expect: {flag: false}",
            "c.yaml",
        )
    )
    files = [(file.name, file.content_type, file.size) for file in case.facts.attachments]

    assert files == [
        ("nota.xml", "application/xml", 1),
        ("foto.JPG", "image/jpeg", 1),
        ("x", "application/octet-stream", 1),
        ("y", "a/b", 2_000_000),
    ]
    assert case.facts == facts(
        channel="telefone",
        medium="call",
        subject="2024",
        sender="5511999",
        sender_name="Ana",
        recipients=("a@b.example",),
        automated="list",
        is_reply=True,
        attachments=case.facts.attachments,
        traits={"call.answered": False},
    )


def test_cases_from_elsewhere_replace_the_files_own():
    ruleset = rules(*RULES, tests="- {name: dentro, given: {text: oi}, expect: {flag: true}}")
    cases = load_cases(read("- {name: fora, given: {text: boleto}, expect: {tags: boleto}}", "c.yaml"), ruleset)

    assert [(result.name, result.passed) for result in run_tests(ruleset, cases)] == [("fora", True)]
    assert [(result.name, result.passed) for result in run_tests(ruleset)] == [("dentro", False)]


def test_a_result_knows_where_its_case_stands():
    (result,) = run_tests(rules(*RULES, tests="- {name: caso, given: {text: oi}, expect: {flag: true}}"))

    assert (result.position.file, result.position.line) == ("rules.yaml", 13)
