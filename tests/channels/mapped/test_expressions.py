"""JMESPath of a settings file: checked when it is written, bounded when it runs."""

import pickle
from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mapped.expressions import CannotTell, Expression, parse_expression
from domain.units import BadValue
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.b", 1),
        ("c[].d", ["x", "y"]),
        ("join(', ', c[].d)", "x, y"),
        ("a.nothing", None),
        ("a.b == `1` && 'yes' || 'no'", "yes"),
        ("{one: a.b, two: c[0].d}", {"one": 1, "two": "x"}),
    ],
)
def test_an_expression_finds_what_it_names(text, found):
    assert Expression(text).find({"a": {"b": 1}, "c": [{"d": "x"}, {"d": "y"}]}) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a..b", "character 3"),
        ("a[", "ends too early"),
        ("a.b ||", "ends too early"),
        ("'open", "character 1"),
        ("a b", "character 3"),
        ("upper(a)", "has no function upper"),
        ("join(a)", "takes 2 arguments, not 1"),
        ("length(a, b)", "takes 1 arguments, not 2"),
        ("a" * 1001, "at most 1000 characters"),
        ("a." * 300 + "a", "too many parts"),
        ("[@,@]|" * 9 + "@", "copy its input 512 times"),
        ("(" * 500 + "a" + ")" * 499, ""),
        ("", "write a JMESPath expression"),
        (7, "write a JMESPath expression"),
    ],
)
def test_a_mistake_is_told_when_it_is_written(text, told):
    with pytest.raises(BadValue) as caught:
        parse_expression(text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("a[].b", {"a": [{"b": 1}] * 300_000}),
        ("a[?b == `1`].b", {"a": [{"b": 1}] * 300_000}),
        ("[a,a,a,a][]|[@,@,@,@][]", {"a": [1] * 50_000}),
        ("join(',', a)", {"a": [1, 2]}),
        ("sort(a)", {"a": [1, "x"]}),
        ("to_string(a)", {"a": orjson.loads(b"[" * 1000 + b"]" * 1000)}),
    ],
)
def test_a_hostile_payload_costs_little_and_raises_only_cannot_tell(text, payload):
    with costs_below(5):
        outcome = tried(Expression(text), payload)
        assert outcome == "cannot tell" or text.startswith("to_string")


def tried(expression, payload):
    with suppress(CannotTell):
        return expression.find(payload)
    return "cannot tell"


@given(st.text(max_size=80))
def test_any_text_is_an_expression_or_a_told_mistake(text):
    expression = None
    with suppress(BadValue):
        expression = parse_expression(text)
    assert expression is None or tried(expression, {"a": [1, "x", None], "b": {"c": 1.5}}) is not Ellipsis


def test_an_expression_travels_to_another_process():
    again = pickle.loads(pickle.dumps(Expression("a.b")))

    assert again == Expression("a.b")
    assert again.find({"a": {"b": 2}}) == 2
