"""Set, Filter and each expression alone find the same, however many there are."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.patience import costs_below
from triage.expressions import ALL_AT_ONCE, ExpressionMatcher, FilterPortion, SetPortion, cut, program_size
from triage.patterns import Expression, options

pieces = st.sampled_from(
    ["nota", "erro", "a", "b", r"\d+", r"\d{3}", "[a-c]", "(nota|a)", "(s|es)?", r"\b", " ", ".*", "^", "$", r"\$", "é"]
)
sources = st.lists(pieces, min_size=1, max_size=4).map("".join)
texts = st.lists(st.sampled_from(["nota", "erro", "a", "b", "ab", "123", "12", " ", "$", "\n", "é", "s"]), max_size=9)


def numbered(listed):
    return [(10 * number, Expression(source)) for number, source in enumerate(listed)]


@settings(max_examples=300)
@given(st.lists(sources, min_size=1, max_size=6, unique=True), texts.map("".join), st.booleans())
def test_every_way_finds_what_each_expression_finds_alone(listed, text, many):
    padding = [rf"inexistente{number}\d" for number in range(ALL_AT_ONCE)] if many else []
    expressions = numbered([*listed, *padding])
    alone = {number for number, one in expressions if re2.compile(one.source, options()).search(text)}

    assert ExpressionMatcher(expressions).match(text) == alone
    assert set(SetPortion(expressions).match(text)) == alone
    assert set(FilterPortion(expressions).match(text)) == alone


def test_a_few_are_one_set_many_are_a_filter_and_a_set_for_what_it_cannot_rule_out():
    literal = [rf"palavra{number} \d+" for number in range(ALL_AT_ONCE + 1)]
    bare = [rf"\d{{{number}}}x?" for number in range(3, 9)]

    def kinds(listed):
        return [type(portion) for portion in ExpressionMatcher(numbered(listed))._portions]

    assert kinds(literal[:3] + bare[:3]) == [SetPortion]
    assert kinds(literal) == [FilterPortion]
    assert kinds(literal + bare) == [FilterPortion, SetPortion]
    assert kinds(literal + bare[:1]) == [FilterPortion]


def test_thousands_without_a_literal_cost_no_more_than_a_few():
    """A Filter tries each of them: 5 µs apiece."""
    matcher = ExpressionMatcher(numbered([rf"[a-z]\d{{{n % 90 + 3}}}[{chr(97 + n % 26)}-z]" for n in range(3_000)]))
    written = [f"pedido {n} de z{n:07d}k e mais texto " * 50 for n in range(50)]
    with costs_below(0.004 * len(written)):
        found = [matcher.match(text) for text in written]

    assert all(found)


@pytest.mark.parametrize("kind", ["a{%d}b", r"(\d|x){%d}", "[a-z]{%d}1"])
def test_large_programs_are_cut_into_portions_that_keep_every_match(kind):
    listed = [kind % (size % 900 + 50) for size in range(0, 4_000, 41)]
    expressions = numbered(dict.fromkeys(listed))
    text = "a" * 990 + "b" + "1" * 990 + "x"
    alone = {number for number, one in expressions if re2.compile(one.source, options()).search(text)}

    assert ExpressionMatcher(expressions).match(text) == alone
    assert alone


def test_a_portion_holds_no_more_than_its_limit_unless_it_holds_one():
    portions = list(cut(numbered(["a{100}", "b{100}", "c{900}", "d"]), program_size, 250))

    assert [[number for number, _ in portion] for portion in portions] == [[0, 10], [20], [30]]
