"""Each kind of slip, seeded in several ways, is found in its rule and line, and nothing else is."""

from pathlib import Path

import pytest

from ingest.rulesets import read_book
from tests.triage.lint.samples import findings, kinds, rule
from triage.lint.checking import lint, worst
from triage.lint.findings import KINDS, Severity

SHIPPED = Path(__file__).parents[3] / "config" / "rules.yaml"
OTHER = "set: {department: comercial}"
FIRST = "set: {department: financeiro}"
TWO = "rules:\n" + rule("um", "{words: primeiro}", OTHER)
"""Comercial and Financeiro are reached in every sample, so that only the seeded slip is told."""
END = rule("fim", "{words: ultimo}", FIRST)

NEVER = [
    "{medium: call, all: [{medium: mail}]}",
    "{all: [{medium: [mail, chat]}, {not: {medium: [mail, chat]}}]}",
    "{attachment_count: {gt: 5, lt: 3}}",
    "{attachment_count: {gt: 2, lt: 3}}",
    "{attachment_count: {lt: 0}}",
    "{attachment_count: 0, attachment_name: '*.xml'}",
    "{attachment_size: {gt: 5MB, lt: 1MB}}",
    "{capitals: {gt: 100}}",
    "{capitals: {lt: 20}, shouting: true}",
    "{words: boleto, not: {words: boleto}}",
    "{words: BOLETO, not: {words: Bóleto}}",
    "{words: nota fiscal, not: {words: nota}}",
    "{subject: boleto, not: {words: boleto}}",
    "{words: cancelar, not: {words: cancel*}}",
    "{words: erro 500, not: {words: '/erro [0-9]+/'}}",
    "{sender: ana@cliente.com.br, sender_domain: outro.com.br}",
    "{sender: '*@cliente.com.br', not: {sender_domain: cliente.com.br}}",
    "{all: [{sender: [a@x.com, b@x.com]}, {sender: c@x.com}]}",
    "{trait: {call.answered: true}, all: [{trait: {call.answered: false}}]}",
    "{trait: {call.waited_s: {gt: 60, lt: 30}}}",
    "{all: [{trait: {call.waited_s: {gte: 2m}}}, {trait: {call.waited_s: 90}}]}",
    "{is_reply: true, not: {is_reply: true}}",
    "{all: [{is_reply: true}, {is_reply: false}]}",
    "{weekday: [sat, sun], all: [{weekday: [mon, fri]}]}",
    "{automated: true, all: [{automated: none}]}",
    "{not: {any: [{medium: [mail, chat]}, {medium: [call, alert]}]}}",
    "{any: [{medium: call, all: [{medium: mail}]}, {words: a1, not: {words: a1}}]}",
    "{message_count: {lt: 1}}",
    "{conversation_age: {gt: 3d, lt: 1d}}",
    "{header: {x-priority: '1'}, all: [{header: {x-priority: '5'}}]}",
]


@pytest.mark.parametrize("when", NEVER)
def test_a_rule_that_can_never_apply_is_an_error(when):
    found = findings(TWO + rule("seeded", when, "tags: [x]") + END)

    assert [(one.kind, one.rule, one.position.line) for one in found if one.severity == "error"] == [
        ("never-true", "seeded", 6)
    ]


@pytest.mark.parametrize("when", NEVER[:12])
def test_the_same_in_a_named_condition_is_told_where_it_is_defined(when):
    text = f"define:\n  ideia: {when}\n" + TWO + rule("seeded", "{is: ideia}", "tags: [x]") + END

    assert "never-true seeded" in kinds(text)
    assert {one.position.line for one in findings(text) if one.severity == "error"} == {5}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{words: boleto}", "{words: boleto, medium: chat}"),
        ("{words: [boleto, fatura]}", "{words: fatura}"),
        ("{words: nota}", "{words: [nota fiscal, nota de débito]}"),
        ("{words: nota}", "{subject: nota}"),
        ("{words: cancel*}", "{text: [cancelar, cancelamento]}"),
        ("{any: [{words: a1}, {words: b1}]}", "{all: [{words: b1}, {words: c1}]}"),
        ("{attachment_count: {gte: 1}}", "{attachment_name: '*.xml'}"),
        ("{attachment_size: {gt: 1MB}}", "{attachment_size: {gt: 5MB}}"),
        ("{trait: {call.waited_s: {gte: 60}}}", "{trait: {call.waited_s: {gt: 2m}}}"),
        ("{sender_domain: cliente.com.br}", "{sender: [ana@cliente.com.br, '*@cliente.com.br']}"),
        ("{sender_domain: ['*.cliente.com.br']}", "{sender: ana@rj.cliente.com.br}"),
        ("{attachment_name: '*.xml'}", "{attachment_name: [nota.xml, 'nf*.xml']}"),
        ("{automated: true}", "{automated: [bounce, bulk]}"),
        ("{weekday: [sat, sun]}", "{weekday: sun, words: plantão}"),
        ("{not: {medium: mail}}", "{medium: [call, chat]}"),
        ("{capitals: {gte: 30}}", "{shouting: true}"),
        ("{words: '/erro/'}", "{words: [erro 500, deu erro aqui]}"),
        ("{not: {all: [{medium: mail}, {is_reply: false}]}}", "{medium: mail, is_reply: true}"),
        ("{message_count: {gt: 2}}", "{message_count: 5}"),
        ("{header: {list-id: '*'}}", "{header: {list-id: '*.exemplo.com'}}"),
    ],
)
def test_a_rule_whose_messages_all_go_to_an_earlier_one_is_an_error(first, second):
    found = findings(TWO + rule("acima", first, FIRST) + rule("seeded", second, OTHER) + END)
    (error,) = [one for one in found if one.severity == "error"]

    assert (error.kind, error.rule, error.position.line) == ("unreachable", "seeded", 7)
    assert [(other.name, other.position.line) for other in error.others] == [("acima", 6)]


@pytest.mark.parametrize(
    ("above", "when"),
    [
        (["{medium: [mail, chat]}", "{medium: [call, alert]}"], "{words: boleto}"),
        (["{is_reply: true}", "{is_reply: false}"], "{words: boleto}"),
        (["{words: a1}", "{words: b1}"], "{words: [a1, b1]}"),
        (["{attachment_count: {lt: 3}}", "{attachment_count: {gt: 2}}"], "{words: a1}"),
        (["{words: a1, medium: mail}", "{words: a1, not: {medium: mail}}"], "{words: a1}"),
        (["{weekday: [mon, tue, wed, thu, fri]}", "{weekday: [sat, sun]}"], "{words: a1}"),
    ],
)
def test_several_rules_together_may_take_all_messages(above, when):
    rules = "".join(rule(f"acima{number}", one, FIRST) for number, one in enumerate(above))
    (error,) = [
        one
        for one in findings(TWO + rules + rule("seeded", when, OTHER) + END)
        if one.severity == "error" and one.rule == "seeded"
    ]

    assert error.kind == "unreachable"
    assert [other.name for other in error.others] == ["acima0", "acima1"]


@pytest.mark.parametrize(
    ("stop", "when"),
    [
        ("{automated: true}", "{automated: bounce}"),
        ("{words: [fora do escopo]}", "{words: fora do escopo, is_reply: true}"),
        ("{medium: call}", "{medium: call, trait: {call.answered: false}}"),
        ("{words: spam}", "{subject: spam}"),
        ("{sender_domain: spam.com}", "{sender: x@spam.com}"),
    ],
)
def test_a_rule_behind_a_stop_is_an_error_whatever_it_does(stop, when):
    found = findings(TWO + rule("parada", stop, "tags: [y], stop: true") + rule("seeded", when, "tags: [z]") + END)
    (error,) = [one for one in found if one.severity == "error"]

    assert (error.kind, error.variant, error.rule, error.others[0].name) == (
        "unreachable",
        "stopped",
        "seeded",
        "parada",
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{words: [boleto, fatura]}", "{words: [fatura, Boleto]}"),
        ("{medium: call, is_reply: true}", "{all: [{is_reply: true}, {medium: call}]}"),
        ("{not: {not: {words: boleto}}}", "{words: boleto}"),
        ("{any: [{words: a1}, {words: b1}]}", "{words: [b1, a1]}"),
        ("{attachment_count: {gt: 2}}", "{attachment_count: {gte: 3}}"),
        ("{not: {medium: [mail, chat]}}", "{medium: [call, alert]}"),
    ],
)
@pytest.mark.parametrize(("does", "kind"), [(FIRST, "duplicate-rule"), (OTHER, "contradictory-rules")])
def test_rules_with_the_same_conditions_are_told_apart_by_what_they_do(first, second, does, kind):
    found = findings(TWO + rule("acima", first, FIRST) + rule("seeded", second, does) + END)

    assert [(one.kind, one.rule, one.others[0].name) for one in found if one.severity == "error"] == [
        (kind, "seeded", "acima")
    ]


@pytest.mark.parametrize(
    ("does", "kind", "severity"),
    [
        ("set: {department: comercial, priority: Alta}", "shadowed-field", "warning"),
        ("set: {department: comercial}, tags: [novo]", "shadowed-field", "warning"),
        ("set: {department: financeiro, flag: true}", "repeated-field", "hint"),
        ("set: {department: comercial}, stop: true", "shadowed-field", "warning"),
        ("set: {department: comercial}, adjust: {priority: raise}", "shadowed-field", "warning"),
    ],
)
def test_a_rule_that_counts_in_part_is_told_the_field_that_does_not(does, kind, severity):
    found = findings(TWO + rule("acima", "{words: nota}", FIRST) + rule("seeded", "{words: nota fiscal}", does) + END)
    (one,) = [one for one in found if one.rule == "seeded" and one.kind != "untested-rule"]

    assert (one.kind, one.severity, one.values["field"]) == (kind, severity, "department")


@pytest.mark.parametrize(
    "when",
    [
        "{tag: depois}",
        "{tag: depois, words: a1}",
        "{all: [{tag: depois}, {medium: call}]}",
        "{is_reply: true, tag: [depois]}",
        "{all: [{tag: depois, medium: mail}, {words: a1}]}",
    ],
)
def test_a_tag_that_only_later_rules_give_is_told(when):
    later = rule("depois", "{words: q1}", "tags: [depois]")
    found = findings(TWO + rule("seeded", when, "set: {flag: true}") + later + END)

    assert [(one.kind, one.variant, one.rule) for one in found if one.severity == "error"] == [
        ("never-true", "tag-too-late", "seeded")
    ]


def test_what_cannot_be_proved_is_a_hint_that_says_so():
    text = (
        TWO
        + rule("acima", r"{words: '/\berro \d+\b/'}", FIRST)
        + rule("seeded", "{words: [erro 500, erro 404]}", OTHER)
    )

    (one,) = [one for one in findings(text + END) if one.rule == "seeded" and one.kind != "untested-rule"]
    assert (one.kind, one.severity) == ("suspected-unreachable", "hint")
    assert "no proof" in one.text


@pytest.mark.parametrize(
    "when",
    [
        "{attachment_count: {gte: 0}}",
        "{medium: [mail, chat, call, alert]}",
        "{any: [{is_reply: true}, {is_reply: false}]}",
        "{any: [{words: a1}, {not: {words: a1}}]}",
        "{capitals: {between: [0, 100]}}",
        "{weekday: [mon, tue, wed, thu, fri, sat, sun]}",
        "{not: {attachment_count: {lt: 0}}}",
    ],
)
def test_a_condition_that_is_always_true_is_a_warning(when):
    assert kinds(TWO + rule("seeded", when, "tags: [x]") + END) == ["always-true seeded"]
    assert kinds(TWO + rule("seeded", f"{{all: [{when}, {{words: x1}}]}}", "tags: [x]") + END) == ["always-true seeded"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[nota, nota fiscal]", ["swallowed-word nota fiscal"]),
        ("[Cartão, cartao]", ["duplicate-word cartao"]),
        ("[cancelamento, cancel*]", ["swallowed-word cancelamento"]),
        ("[não consigo emitir, não consigo]", ["swallowed-word não consigo emitir"]),
        ("['/erro/', erro 500]", ["swallowed-word erro 500"]),
        ("[boleto, BOLETO, Bóleto]", ["duplicate-word BOLETO", "duplicate-word Bóleto"]),
        ("[fatura, faturas]", []),
        ("[nota fiscal, nota]", ["swallowed-word nota fiscal"]),
        ("[boleto, {list: financeiro}]", ["duplicate-word boleto"]),
        ("[segunda via, {list: financeiro}]", []),
    ],
)
def test_words_that_others_find_already_are_told(words, expected):
    text = f"lists: {{financeiro: [boleto, fatura]}}\n{TWO}" + rule("seeded", f"{{words: {words}}}", "tags: [x]")
    found = findings(text + rule("usa", "{words: [{list: financeiro}]}", "tags: [y]") + END)

    assert [f"{one.kind} {one.values['word'][1:-1]}" for one in found if one.kind.endswith("-word")] == expected


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("words: '/./'", "matches-everything"),
        ("words: '/[a-z]+/'", "matches-everything"),
        (r"text: '/\w/'", "matches-everything"),
        (r"subject: '/\d/'", "matches-everything"),
        ("sender: '*'", "matches-everything"),
        ("words: de", "common-word"),
        ("words: [boleto, Não, que]", "common-word"),
        ("text: the", "common-word"),
        ("words: É", "common-word"),
        ("subject: [o]", "common-word"),
        ("sender_domain: '@cliente.com.br'", "impossible-value"),
        ("sender_domain: ana@cliente.com.br", "impossible-value"),
        ("attachment_type: pdf", "impossible-value"),
        ("recipient: financeiro", "impossible-value"),
        ("sender_domain: cliente", "impossible-value"),
    ],
)
def test_what_finds_everything_or_nothing_is_a_warning(condition, kind):
    assert kinds(TWO + rule("seeded", f"{{{condition}}}", "tags: [x]") + END) == [f"{kind} seeded"]


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("define: {ideia: {words: a1}}", "ideia"),
        ("define: {fora: {is: dentro}, dentro: {words: a1}}", "fora"),
        ("lists: {palavras: [a1, b1]}", "palavras"),
        ("questions: {qual: Qual é o CNPJ?}", "qual"),
        ("solutions: {dica: Reinicie o aparelho}", "dica"),
        ("calendars: {loja: {hours: {mon-fri: 08:00-18:00}}}", "loja"),
    ],
)
def test_a_definition_that_nothing_uses_is_a_warning(section, name):
    found = [one for one in findings(f"{section}\n{TWO}{END}") if one.severity == "warning"]

    assert {one.kind for one in found} == {"unused-definition"}
    assert name in {one.values["name"] for one in found}


def test_a_calendar_that_need_not_be_named_is_used():
    head = "calendars: {loja: {hours: {mon-fri: 08:00-18:00}}}\n"

    assert kinds(head + TWO + rule("seeded", "{hours: {is: closed}}", "tags: [x]") + END) == []


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("contact_class: prata", "unknown-class"),
        ("contact_class: [ouro, pratta]", "unknown-class"),
        ("contact_plan: anual", "unknown-plan"),
        ("all: [{contact_plan: [mensal, semanal]}, {words: a1}]", "unknown-plan"),
        ("not: {contact_class: bronze}", "unknown-class"),
    ],
)
def test_classes_and_plans_that_no_contact_has_are_warnings(condition, kind):
    contacts = "contacts:\n  ana@cliente.com.br: {class: Ouro, plan: mensal}\n"

    assert kinds(contacts + TWO + rule("seeded", f"{{{condition}}}", "tags: [x]") + END) == [kind]


def test_classes_and_plans_of_contacts_are_known_in_any_case():
    contacts = "contacts:\n  ana@cliente.com.br: {class: Ouro, plan: mensal}\n"
    when = "{any: [{contact_class: OURO}, {contact_plan: 'men*'}]}"

    assert kinds(contacts + TWO + rule("seeded", when, "tags: [x]") + END) == []


def test_a_department_that_nothing_is_sent_to_is_a_warning():
    (one,) = [one for one in findings(TWO) if one.severity == "warning"]

    assert (one.kind, one.values["name"], one.position.line) == ("department-unreached", "financeiro", 2)


REACHED = {
    "by a rule": ("rules:\n" + rule("seeded", "{words: a1}", "set: {department: novo}"), True),
    "by no rule": ("rules:\n" + rule("seeded", "{words: a1}", "tags: [novo]"), False),
    "named like a tag and a rule": ("rules:\n" + rule("novo", "{words: novo}", "tags: [novo]"), False),
    "expected by a test only": (
        "rules: []\ntests: [{name: a, given: {text: a1}, expect_not: {department: novo}}]\n",
        False,
    ),
    "as a hint of an assignee": ("rules:\n" + rule("seeded", "{words: a1}", "set: {assignee: novo}"), False),
    "by a rule that only adjusts": ("rules:\n" + rule("seeded", "{words: a1}", "adjust: {priority: raise}"), False),
    "as a word": ("define: {a: {words: novo}}\nrules:\n" + rule("seeded", "{is: a}", "tags: [x]"), False),
}


@pytest.mark.parametrize(("text", "reached"), REACHED.values(), ids=REACHED)
def test_a_department_is_reached_by_a_rule_that_sets_it_and_by_nothing_else(text, reached):
    head = (
        "version: 1\ndepartments:\n  suporte: Suporte\n  novo: Novo\ndefault: {department: suporte, priority: Baixa}\n"
    )
    found = [one for one in findings(text, head=head) if one.kind == "department-unreached"]

    assert [(one.values["name"], one.position.line) for one in found] == ([] if reached else [("novo", 4)])


def test_the_department_of_the_default_is_reached():
    head = "version: 1\ndepartments: {suporte: Suporte}\ndefault: {department: suporte, priority: Baixa}\n"

    assert findings("rules: []\n", head=head) == []


UNTESTED = {
    "no test at all": ("", ["um", "dois"]),
    "a test of another rule": ("{given: {text: primeiro}, expect: {tags: [x]}}", ["dois"]),
    "a test in which it would apply, but for one word": (
        "{given: {text: segund}, expect: {department: suporte}}",
        ["um", "dois"],
    ),
    "a test that says it must not decide": ("{given: {text: outro}, expect_not: {tags: [y]}}", ["um", "dois"]),
    "a test in another field": ("{given: {sender_name: segundo}, expect: {department: suporte}}", ["um", "dois"]),
    "a test of both": ("{given: {text: primeiro e segundo}, expect: {tags: [x, y]}}", []),
}


@pytest.mark.parametrize(("case", "untested"), UNTESTED.values(), ids=UNTESTED)
def test_a_rule_that_applies_in_no_test_is_a_hint(case, untested):
    tests = f"tests:\n  - {{name: a, {case[1:]}\n" if case else ""
    text = (
        "rules:\n" + rule("um", "{text: primeiro}", "tags: [x]") + rule("dois", "{text: segundo}", "tags: [y]") + tests
    )
    found = [one for one in findings(text) if one.kind == "untested-rule"]

    assert [one.rule for one in found] == untested
    assert {one.severity for one in found} <= {"hint"}


def test_rules_without_a_test_are_hints():
    tests = "tests:\n  - {name: a, given: {text: primeiro}, expect: {department: comercial}}\n"

    assert [one.rule for one in findings(TWO + END + tests) if one.kind == "untested-rule"] == ["fim"]


def test_findings_of_included_files_name_their_file():
    found = findings(TWO + END, parts=["version: 1\nrules:\n" + rule("seeded", "{words: primeiro}", FIRST)])

    assert [(one.kind, one.position.file, one.position.line) for one in found if one.severity == "error"] == [
        ("contradictory-rules", "part0.yaml", 3)
    ]


def test_the_shipped_rules_raise_no_alarm():
    book = read_book(SHIPPED)
    found = lint(book.rules, book.sections, [case.facts for case in book.rules.tests])

    assert [f"{one.kind} {one.position.line}" for one in found if one.severity is not Severity.HINT] == []
    assert {one.kind for one in found} <= {"swallowed-word"}


def test_the_worst_finding_counts():
    assert worst([]) is None
    assert worst(findings(TWO)) is Severity.WARNING


def test_every_kind_is_documented():
    page = (SHIPPED.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")

    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []
