"""Attack 43: hostile rule files are refused with a place, or cost no more than linear time."""

import time

import pytest

from config.reading import read
from domain.errors import ConfigError
from tests.triage.samples import HEAD, facts, rules, rules_of
from triage.engine import judge
from triage.loading import load


def rule(name: str = "um", when: str = "{words: a}") -> str:
    return HEAD + f"rules:\n  - name: {name}\n    when: {when}\n    set: {{flag: true}}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(rule(name="__class__"), "5:11", id="a rule named like an attribute"),
        pytest.param(rule(name="'{{7*7}}'"), "5:11", id="a rule named like a template"),
        pytest.param(rule(when="{words: '/a{1000000}/'}"), "6:19", id="a million repetitions"),
        pytest.param(rule(when="{words: '/((a{1000}){1000}){1000}/'}"), "6:19", id="repetitions of repetitions"),
        pytest.param(rule(when=f"{{words: /{'a?' * 500_000}/}}"), "6:19", id="a very long expression"),
        pytest.param(rule(when="{words: '" + "a" * 1_000_000 + "'}"), "6:19", id="a very long word"),
        pytest.param(rule(when=r"{words: /(?P<a>b)\1/}"), "6:19", id="a back-reference"),
        pytest.param(rule(when="{words: !!python/object:os.system a}"), "6:19", id="a tag that makes objects"),
        pytest.param(rule(when="{words: a, words: b}"), "6:22", id="a key given twice"),
        pytest.param(rule(when="{attachment_count: {gt: " + "9" * 5_000 + "}}"), "6:35", id="a huge integer"),
        pytest.param(rule(when="{attachment_count: {gt: 18:00}}"), "6:35", id="a time is no number"),
        pytest.param(rule(when="{is_reply: yes}"), "6:22", id="yes is a word"),
        pytest.param(rule(when="{not: " * 60 + "{words: a}" + "}" * 60), "6:", id="sixty levels deep"),
        pytest.param(HEAD + "define: {a: &x {words: a}, b: *x}\nrules: []\n", "4:13", id="an alias"),
        pytest.param(HEAD + "define: {a: {is: a}}\nrules: []\n", "4:18", id="a condition that uses itself"),
    ],
)
def test_refused_with_its_place(text, place):
    with pytest.raises(ConfigError) as refused:
        load(read(text, "r.yaml"), text)

    assert any(str(mistake).startswith(f"r.yaml:{place}") for mistake in refused.value.mistakes)
    assert all(len(mistake.message) < 2_000 for mistake in refused.value.mistakes)


def test_an_alias_bomb_is_refused_without_growing():
    lines = ["define:", "  a0: &a0 {words: x}"]
    lines += [f"  a{n}: &a{n} {{any: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 30)]
    text = HEAD + "\n".join([*lines, "rules: []"])

    begin = time.process_time()
    with pytest.raises(ConfigError):
        load(read(text, "r.yaml"), text)

    assert time.process_time() - begin < 2


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*a$", "(a|aa)+$", "(.*a){20}$", "(x+x+)+y"])
def test_an_expression_that_explodes_elsewhere_is_linear_here(expression):
    ruleset = rules_of(rule(when=f"{{words: '/{expression}/'}}"))

    def cost(length: int) -> float:
        begin = time.process_time()
        judge(ruleset, facts("ax" * length + "!"))
        return time.process_time() - begin

    assert cost(50_000) < 2


def test_ten_thousand_patterns_load_and_judge_quickly():
    listed = [
        f"name: r{n}\nwhen: {{words: [palavra{n}, frase longa {n}, '{n}raiz*', '/expressao{n} \\d+/']}}\n"
        "set: {priority: Alta}"
        for n in range(2_500)
    ]
    begin = time.process_time()
    ruleset = rules(*listed)
    loaded = time.process_time() - begin
    text = "uma frase longa 2499 e 17raizxyz, " + "outras palavras quaisquer " * 75

    begin = time.process_time()
    verdicts = [judge(ruleset, facts(text)) for _ in range(50)]
    cost = (time.process_time() - begin) / 50

    assert verdicts[0].fields["priority"].rule == "r17"
    assert loaded < 20
    assert cost < 0.010


def test_every_rule_hanging_on_one_word_is_still_bounded():
    """The worst for a look-up: 5,000 phrases with no word that only one of them has."""
    phrases = [f"{a} {b} {c}" for a in "abcdefghijklmnopq" for b in "abcdefghijklmnopq" for c in "abcdefghijklmnopq"]
    ruleset = rules(*[f"name: r{n}\nwhen: {{text: '{phrase}'}}\ntags: [t]" for n, phrase in enumerate(phrases)])

    begin = time.process_time()
    judge(ruleset, facts(" ".join("abcdefghijklmnopq" * 50)))

    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    "flood",
    [
        "a\u0301" * 250_000,
        "\u0301\u0316" * 250_000,
        "ﷺ" * 500_000,
        "😀" * 500_000,
        "nao " * 500_000,
        "\n" * 1_000_000,
        "@" * 1_000_000,
    ],
)
def test_a_flood_of_text_is_judged_in_bounded_time(flood):
    ruleset = rules(
        "name: um\nwhen: {words: [não consigo, '@@', 'nao nao x', /x+y/, 'nao*']}\nset: {flag: true}",
        "name: dois\nwhen: {shouting: true}\nset: {flag: true}",
    )
    begin = time.process_time()
    judge(ruleset, facts(flood, subject=flood, sender=flood, sender_name=flood))

    assert time.process_time() - begin < 2
