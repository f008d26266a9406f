"""First match per field, tags add up, stop ends, and always a verdict."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.facts import AttachmentFacts, Facts
from domain.verdict import Match
from tests.triage.samples import facts, rules
from triage.engine import judge

BOLETO = "name: boleto\nwhen: {words: boleto}\nset: {department: financeiro, priority: Média}\ntags: [boleto]"
URGENT = "name: urgente\nwhen: {words: urgente}\nset: {priority: Alta, flag: true}\ntags: [urgente, boleto]"
STOP = "name: para\nwhen: {words: urgente}\nset: {department: comercial}\nstop: true"


def test_without_a_matching_rule_the_default_decides():
    verdict = judge(rules(BOLETO), facts("oi"))

    assert (verdict.department, verdict.priority, verdict.flagged, verdict.tags) == ("suporte", "Baixa", False, ())
    assert {decision.rule for decision in verdict.fields.values()} == {"default"}


def test_for_each_field_the_first_rule_that_sets_it_decides():
    verdict = judge(rules(BOLETO, URGENT), facts("boleto urgente"))

    assert {name: (decision.value, decision.rule) for name, decision in verdict.fields.items()} == {
        "department": ("financeiro", "boleto"),
        "priority": ("Média", "boleto"),
        "flag": (True, "urgente"),
    }


def test_who_would_have_decided_else_is_part_of_the_verdict():
    verdict = judge(rules(BOLETO, URGENT, STOP), facts("boleto urgente"))

    assert [(one.field, one.value, one.rule) for one in verdict.runners_up] == [
        ("priority", "Alta", "urgente"),
        ("department", "comercial", "para"),
    ]


def test_the_order_of_the_file_decides_not_the_order_of_the_words():
    assert judge(rules(URGENT, BOLETO), facts("boleto urgente")).priority == "Alta"


def test_tags_add_up_in_rule_order_each_once():
    verdict = judge(rules(BOLETO, URGENT), facts("urgente, boleto"))

    assert [(tag.value, tag.rule) for tag in verdict.tags] == [("boleto", "boleto"), ("urgente", "urgente")]


def test_stop_ends_and_keeps_what_stands():
    verdict = judge(rules(STOP, URGENT), facts("urgente"))

    assert (verdict.department, verdict.priority, verdict.flagged) == ("comercial", "Baixa", False)


def test_an_earlier_false_flag_decides_too():
    calm = "name: calmo\nwhen: {words: urgente}\nset: {flag: false}"

    assert judge(rules(calm, URGENT), facts("urgente")).flagged is False


def test_a_rule_sees_the_tags_of_rules_above_it_only():
    below = "name: depois\nwhen: {tag: urgente}\nset: {department: comercial}"

    assert judge(rules(URGENT, below), facts("urgente")).department == "comercial"
    assert judge(rules(below, URGENT), facts("urgente")).department == "suporte"


def test_tags_carry_through_a_chain_of_rules():
    second = "name: segunda\nwhen: {tag: urgente}\ntags: [grave]"
    third = "name: terceira\nwhen: {tag: [grave, outra], not: {words: calma}}\nset: {flag: true}"
    other = "name: quarta\nwhen: {words: xyz}\ntags: [outra]"

    assert judge(rules(URGENT, second, third, other), facts("urgente")).flagged is True


UP = "name: sobe\nwhen: {words: socorro}\nadjust: {priority: raise}"
UP_TOO = "name: sobe-mais\nwhen: {words: socorro}\nadjust: {priority: raise}"
DOWN = "name: desce\nwhen: {words: calma}\nadjust: {priority: lower}"


@pytest.mark.parametrize(
    ("text", "priority", "adjusted"),
    [
        ("oi", "Baixa", []),
        ("socorro", "Média", [("raise", "sobe")]),
        ("calma", "Baixa", [("lower", "desce")]),
        ("urgente socorro", "Alta", [("raise", "sobe")]),
        ("urgente calma", "Média", [("lower", "desce")]),
        ("boleto socorro calma", "Média", [("raise", "sobe"), ("lower", "desce")]),
    ],
)
def test_the_decided_priority_moves_one_step_and_no_further(text, priority, adjusted):
    verdict = judge(rules(UP, UP_TOO, DOWN, BOLETO, URGENT), facts(text))

    assert verdict.priority == priority
    assert [(one.change, one.rule) for one in verdict.adjusted] == adjusted


def test_an_adjusted_priority_keeps_the_rule_that_decided_and_shows_the_words_of_both():
    verdict = judge(rules(URGENT, DOWN), facts("urgente, mas com calma"))

    assert (verdict.fields["priority"].rule, verdict.fields["priority"].matched[0].words) == ("urgente", ("urgente",))
    assert verdict.adjusted[0].matched == (Match(where="text", words=("calma",)),)


PROPOSALS = """\
questions: {cnpj: {text: "Qual é o  CNPJ?", unless: {words: '/\\d{14}/'}}, versao: Qual versão?}
solutions: {senha: {text: Troque a senha, link: "https://x.example/s"}, outra: Reinicie}
"""


def test_questions_and_solutions_add_up_each_with_its_first_rule():
    one = "name: um\nwhen: {words: nota}\nask: [cnpj, versao]\nsuggest: [outra]"
    two = "name: dois\nwhen: {words: senha}\nask: versao\nsuggest: [senha, outra]"
    ruleset = rules(one, two, sections=PROPOSALS)

    verdict = judge(ruleset, facts("nota e senha"))

    assert [(each.name, each.text, each.rule) for each in verdict.questions] == [
        ("cnpj", "Qual é o CNPJ?", "um"),
        ("versao", "Qual versão?", "um"),
    ]
    assert [(each.name, each.link, each.rule) for each in verdict.solutions] == [
        ("outra", None, "um"),
        ("senha", "https://x.example/s", "dois"),
    ]


def test_what_the_customer_has_said_already_is_not_asked():
    ruleset = rules("name: um\nwhen: {words: nota}\nask: [cnpj, versao]", sections=PROPOSALS)

    assert [each.name for each in judge(ruleset, facts("nota do 12345678000190")).questions] == ["versao"]


def test_the_assignee_and_the_letter_are_fields_like_others():
    first = "name: um\nwhen: {words: nota}\nset: {assignee: ana, acknowledgement: none}"
    second = "name: dois\nwhen: {words: nota}\nset: {assignee: rui, acknowledgement: outra}"
    verdict = judge(rules(first, second), facts("nota"))

    assert (verdict.assignee, verdict.acknowledgement) == ("ana", "none")
    assert judge(rules(first), facts("oi")).assignee is None


@pytest.mark.parametrize(
    ("when", "given", "matched"),
    [
        ("{words: não consigo}", facts("Eu NÃO  Consigo", subject="x"), [("text", ("NÃO Consigo",))]),
        ("{words: não consigo}", facts("eu não *consigo* entrar"), [("text", ("nao consigo",))]),
        ("{words: não consigo}", facts("eu <i>não</i> <b>Consigo</b>"), [("text", ("nao consigo",))]),
        ("{words: consigo}", facts("eu não *Consigo* entrar"), [("text", ("Consigo",))]),
        ("{words: 'nota~ fiscal~'}", facts("as Notas\nFiscais"), [("text", ("Notas Fiscais",))]),
        ("{words: [a, b]}", facts("b a", subject="A"), [("subject", ("A",)), ("text", ("a", "b"))]),
        (r"{text: '/erro \d+/'}", facts("deu Erro 500 aqui"), [("text", ("Erro 500",))]),
        ("{words: 'cancel*'}", facts("CANCELAMENTO já"), [("text", ("CANCELAMENTO",))]),
        ("{sender: '*@b.example'}", facts(sender="A@b.example"), [("sender", ("A@b.example",))]),
        ("{recipient: a@b.example}", facts(recipients=("a+1@b.example",)), [("recipient", ("a@b.example",))]),
        ("{trait: {call.answered: false}}", facts(traits={"call.answered": False}), [("call.answered", ("false",))]),
        ("{trait: {w: {gt: 60}}}", facts(traits={"w": 75}), [("w", ("75",))]),
        ("{is_reply: true}", facts(is_reply=True), [("is_reply", ("true",))]),
        ("{shouting: true}", facts("ISTO É UM DESCASO TOTAL"), [("shouting", ("true",))]),
        ("{not: {words: a}}", facts("b"), []),
        ("{words: /^$/}", facts(subject="x"), []),
        ("{any: [{words: a}, {words: b}]}", facts("b"), [("text", ("b",))]),
    ],
)
def test_the_verdict_shows_what_the_customer_wrote_and_where(when, given, matched):
    verdict = judge(rules(f"name: it\nwhen: {when}\nset: {{flag: true}}"), given)

    assert verdict.fields["flag"].matched == tuple(Match(where=where, words=words) for where, words in matched)


def test_shown_words_are_few_and_short():
    many = ", ".join(f"w{number}" for number in range(50))
    long = "name: longa\nwhen: {text: '/x.*/'}\nset: {priority: Alta}"
    verdict = judge(
        rules(f"name: muitas\nwhen: {{text: [{many}]}}\nset: {{flag: true}}", long), facts(f"{many} x{'y' * 999}")
    )

    assert len(verdict.fields["flag"].matched[0].words) == 6
    assert len(verdict.fields["priority"].matched[0].words[0]) == 80


def test_the_verdict_names_the_file_content_that_made_it():
    first, second = rules(BOLETO), rules(URGENT)

    assert judge(first, facts("x")).ruleset == first.hash
    assert len(first.hash) == 16
    assert first.hash != second.hash


EVERYTHING = rules(
    BOLETO,
    URGENT,
    "name: tudo\nwhen: {any: [{sender: '*a*'}, {sender_domain: b.c}, {recipient: '*'}, {attachment_name: '*.pdf'}]}\n"
    "tags: [visto]",
    "name: numeros\nwhen: {any: [{trait: {n: {gt: 1}}}, {trait: {n: [1, true, x]}}, {exclamations: {gt: 2}}]}\n"
    "tags: [numero]",
    "name: resto\nwhen: {not: {tag: visto}, shouting: false}\nset: {department: comercial}",
    r"name: expressao"
    "\n"
    r"when: {any: [{words: '/\d+/'}, {sender_name: '/^.{3}$/'}, {attachment_type: '/x/'}]}"
    "\nset: {flag: true}\nstop: true",
)
anything = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(["boleto URGENTE", "12!!!"])
traits = st.dictionaries(st.just("n") | anything, st.none() | st.booleans() | st.integers() | st.floats() | anything)
attachments = st.lists(
    st.builds(AttachmentFacts, name=anything, content_type=anything, size=st.integers(min_value=0)), max_size=3
).map(tuple)


@settings(max_examples=300)
@given(
    st.builds(
        Facts,
        channel=anything,
        medium=anything,
        occurred_at=st.datetimes(timezones=st.just(UTC)),
        sender=anything,
        sender_name=anything,
        recipients=st.lists(anything, max_size=3).map(tuple),
        subject=anything,
        text=anything,
        automated=anything,
        is_reply=st.booleans(),
        attachments=attachments,
        traits=traits,
    )
)
def test_there_is_always_a_verdict(given):
    verdict = judge(EVERYTHING, given)

    assert verdict.department in EVERYTHING.departments
    assert verdict.priority in {"Alta", "Média", "Baixa"}
    assert len({tag.value for tag in verdict.tags}) == len(verdict.tags)
    assert judge(EVERYTHING, given) == verdict


def test_facts_of_another_century_are_judged():
    assert judge(EVERYTHING, facts(occurred_at=datetime(1, 1, 1, tzinfo=UTC))).department == "comercial"
