"""What lint says of reach agrees with trying every message, where every message can be tried."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.lint.samples import findings, rule
from tests.triage.samples import HEAD, facts, rules_of

WORDS = ("alfa", "beta", "alfa beta")
MESSAGES = [
    facts(text, medium=medium, is_reply=reply, message_count=count)
    for text, medium, reply, count in product(
        ("", "alfa", "beta", "alfa beta", "beta, alfa"),
        ("mail", "chat", "call", "alert"),
        (False, True),
        (1, 2, 3, 4, 5, 6),
    )
]
"""Every message there is, as far as the conditions below can tell."""

LEAVES = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True).map(lambda w: f"{{text: [{', '.join(w)}]}}"),
    st.lists(st.sampled_from(("mail", "chat", "call", "alert")), min_size=1, max_size=3, unique=True).map(
        lambda m: f"{{medium: [{', '.join(m)}]}}"
    ),
    st.sampled_from(("{is_reply: true}", "{is_reply: false}")),
    st.tuples(st.sampled_from(("gt", "gte", "lt", "lte")), st.integers(1, 5)).map(
        lambda pair: f"{{message_count: {{{pair[0]}: {pair[1]}}}}}"
    ),
    st.just("{tag: t}"),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"{{all: [{', '.join(parts)}]}}"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"{{any: [{', '.join(parts)}]}}"),
        inner.map(lambda part: f"{{not: {part}}}"),
    ),
    max_leaves=4,
)
DOES = st.sampled_from(
    (
        "set: {department: financeiro}",
        "set: {department: comercial, priority: Alta}",
        "set: {priority: Média}",
        "tags: [t]",
        "set: {priority: Baixa}, stop: true",
    )
)
FIRST = rule("zero", "{text: alfa}", "tags: [t]")


def decided(ruleset):
    """What each rule decides for some message, and which rules apply to some."""
    credited, applied = set(), set()
    for message in MESSAGES:
        taken = set()
        for one in ruleset.applying(ruleset.eyes.look(message)):
            applied.add(one.name)
            for effect in (*(("set", field) for field in one.fields), *(("tag", tag) for tag in one.tags)):
                if effect not in taken:
                    credited.add((one.name, effect))
                taken.add(effect)
    return credited, applied


def dead_in_truth(ruleset):
    credited, applied = decided(ruleset)
    for one in ruleset.rules:
        effects = [*(("set", field) for field in one.fields), *(("tag", tag) for tag in one.tags)]
        if one.name not in applied or (not one.stop and not any((one.name, effect) in credited for effect in effects)):
            yield one.name


@settings(max_examples=150)
@given(st.lists(st.tuples(CONDITIONS, DOES), min_size=1, max_size=5))
def test_dead_rules_are_found_and_only_those(drawn):
    text = "rules:\n" + FIRST + "".join(rule(f"r{n}", when, does) for n, (when, does) in enumerate(drawn))

    found = findings(text)

    dead = {one.rule for one in found if one.severity == "error"}
    assert dead == set(dead_in_truth(rules_of(HEAD + text)))


@settings(max_examples=100)
@given(st.lists(st.tuples(CONDITIONS, DOES), min_size=2, max_size=5))
def test_fields_that_never_count_are_found_and_only_those(drawn):
    text = "rules:\n" + FIRST + "".join(rule(f"r{n}", when, does) for n, (when, does) in enumerate(drawn))
    found = findings(text)
    ruleset = rules_of(HEAD + text)
    credited, _applied = decided(ruleset)
    dead = {one.rule for one in found if one.severity == "error"}

    told = {
        (one.rule, ("set", one.values["field"])) for one in found if one.kind in {"shadowed-field", "repeated-field"}
    }

    assert told == {
        (one.name, ("set", field))
        for one in ruleset.rules
        for field in one.fields
        if one.name not in dead and (one.name, ("set", field)) not in credited
    }


def test_a_message_that_answers_another_question_leaves_this_one_open():
    """r2's priority counts in a message of chat; that its department never does is still to be proved."""
    text = "rules:\n" + "".join(
        rule(f"r{number}", when, does)
        for number, (when, does) in enumerate(
            [
                (
                    "{not: {all: [{medium: chat}, {text: beta}]}}",
                    "set: {department: comercial, priority: Alta}",
                ),
                ("{not: {all: [{text: alfa}, {medium: mail}]}}", "set: {department: financeiro}"),
                ("{text: alfa}", "set: {department: comercial, priority: Alta}"),
            ]
        )
    )

    (found,) = [one for one in findings(text) if one.rule == "r2" and one.kind != "untested-rule"]

    assert (found.kind, found.values) == ("shadowed-field", {"others": "r0, r1", "field": "department"})


OTHER = "set: {department: comercial}"
EXPRESSIONS_ABOVE = [
    ("'/bol.*/'", "'/boleto [0-9]+/'"),
    (r"'/\b(erro|falha)\b/'", r"'/\berro \d+\b/'"),
    (r"'/\berro/'", r"'/\berros?\b/'"),
    ("'/^erro/'", "'/^erro 500$/'"),
    (r"'/nf-?e/'", r"'/\bnfe \d{3}|nf-e\b/'"),
    (r"'/[0-9]{2,}/'", r"'/\b(19|20)\d\d\b/'"),
]


@pytest.mark.parametrize(("above", "below"), EXPRESSIONS_ABOVE)
def test_what_an_expression_above_seems_to_take_is_suspected_and_says_that_it_is_no_proof(above, below):
    whens = [(f"{{words: [{above}]}}", "set: {department: financeiro}"), (f"{{words: [{below}]}}", OTHER)]
    text = "rules:\n" + "".join(rule(f"r{number}", when, does) for number, (when, does) in enumerate(whens))

    (found,) = [one for one in findings(text) if one.rule == "r1" and one.kind != "untested-rule"]

    assert (found.kind, found.severity, [other.name for other in found.others]) == (
        "suspected-unreachable",
        "hint",
        ["r0"],
    )
    assert "this is no proof" in found.text


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("'/^boleto/'", "boleto"),
        ("'/boleto$/'", "boleto"),
        (r"'/\berro \d+\b/'", r"'/\berro\b/'"),
        (r"'/\bnota\b.{0,20}\bfiscal\b/'", "nota"),
        (r"'/erro 5\d\d/'", r"'/erro \d{3}/'"),
        (r"'/\w{12,}/'", r"'/\w{3,}o\b/'"),
    ],
)
def test_an_expression_above_that_takes_only_some_is_not_suspected(above, below):
    whens = [(f"{{words: [{above}]}}", "set: {department: financeiro}"), (f"{{words: [{below}]}}", OTHER)]
    text = "rules:\n" + "".join(rule(f"r{number}", when, does) for number, (when, does) in enumerate(whens))

    assert [one.kind for one in findings(text) if one.rule == "r1" and one.kind != "untested-rule"] == []
