"""Only rules that can apply are asked, and leaving the others out changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.patience import costs_below
from tests.triage.samples import facts, rules

WORDS = ["um", "dois", "tres", "quatro"]

leaves = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda words: f"{{words: [{', '.join(words)}]}}"),
    st.sampled_from(["{is_reply: true}", "{is_reply: false}", "{channel: chat}", "{tag: t0}", "{tag: [t1, t2]}"]),
    st.just("{is: nome}"),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda one: f"{{not: {one}}}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda many: f"{{all: [{', '.join(many)}]}}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda many: f"{{any: [{', '.join(many)}]}}"),
    ),
    max_leaves=5,
)


@settings(max_examples=150)
@given(
    st.lists(conditions, min_size=1, max_size=6),
    st.lists(st.sampled_from(WORDS)).map(" ".join),
    st.booleans(),
    st.sampled_from(["chat", "email"]),
)
def test_asking_candidates_only_gives_what_asking_all_rules_gives(whens, text, is_reply, channel):
    anyway = [f"name: tags\nwhen: {{words: {WORDS[0]}}}\ntags: [t0, t1, t2]"]
    listed = [f"name: r{index}\nwhen: {when}\ntags: [t{index}]" for index, when in enumerate(whens)]
    ruleset = rules(*anyway, *listed, define="nome: {words: [dois, tres]}")
    given_facts = facts(text, is_reply=is_reply, channel=channel)

    sight = ruleset.eyes.look(given_facts)
    every = []
    for rule in ruleset.rules:
        if rule.when.holds(sight):
            sight.tags.update(dict.fromkeys(rule.tags))
            every.append(rule.name)

    assert [rule.name for rule in ruleset.applying(ruleset.eyes.look(given_facts))] == every


def test_of_thousands_of_rules_only_those_whose_words_came_are_asked():
    shared = "urgente: {words: [urgente, agora]}"
    many = [
        f"name: r{number}\nwhen: {{is: urgente, channel: email, text: [cliente{number}]}}\ntags: [t]"
        for number in range(3_000)
    ]
    with costs_below(5):
        ruleset = rules(*many, define=shared)
    sight = ruleset.eyes.look(facts("urgente agora cliente17 cliente2999"))

    assert ruleset._index.candidates(sight) == [17, 2999]


def test_a_rule_that_asks_for_no_word_is_always_asked():
    ruleset = rules("name: a\nwhen: {not: {words: oi}}\ntags: [t]", "name: b\nwhen: {words: oi}\ntags: [t]")

    assert ruleset._index.candidates(ruleset.eyes.look(facts("nada"))) == [0]
