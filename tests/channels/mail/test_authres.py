"""One Authentication-Results field: read to its end, or nothing."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.authres import MOST_BYTES, UNNAMED, read_results
from tests.patience import costs_below


def claims(value):
    name, results = read_results(value)
    return name, [(one.method, one.result, dict(one.properties)) for one in results]


def test_what_gmail_writes():
    value = (
        'mx.google.com; dkim=pass header.i=@cliente.example header.s=s1 header.b="ab/+="; spf=pass (google.com: domain'
        " of ana@cliente.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=ana@cliente.example;"
        " dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=cliente.example"
    )
    assert claims(value) == (
        "mx.google.com",
        [
            ("dkim", "pass", {"header.i": "@cliente.example", "header.s": "s1", "header.b": "ab/+="}),
            ("spf", "pass", {"smtp.mailfrom": "ana@cliente.example"}),
            ("dmarc", "pass", {"header.from": "cliente.example"}),
        ],
    )


def test_what_microsoft_365_writes_has_no_id():
    value = (
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=cliente.example; dkim=pass (signature was verified)"
        " header.d=cliente.example;dmarc=pass action=none header.from=cliente.example;compauth=pass reason=100"
    )
    name, results = claims(value)
    assert name == UNNAMED
    assert [one[:2] for one in results] == [("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass"), ("compauth", "pass")]


@pytest.mark.parametrize(
    ("value", "name", "methods"),
    [
        ("mx.exemplo.com; none", "mx.exemplo.com", []),
        ("mx.exemplo.com 1; none", "mx.exemplo.com", []),
        ("MX.Exemplo.com; SPF=Pass smtp.mailfrom=a@b", "mx.exemplo.com", ["spf"]),
        ('"mx.exemplo.com"; spf=pass', "mx.exemplo.com", ["spf"]),
        ("mx.exemplo.com (a (nested) comment; dmarc=pass); spf=fail", "mx.exemplo.com", ["spf"]),
        ("mx.exemplo.com; spf / 1 = pass smtp . mailfrom = a@b", "mx.exemplo.com", ["spf"]),
        ("mx.exemplo.com; spf=pass; ", "mx.exemplo.com", ["spf"]),
        (r"mx.exemplo.com; spf=fail (an escaped \) parenthesis; dmarc=pass)", "mx.exemplo.com", ["spf"]),
    ],
)
def test_the_grammar(value, name, methods):
    found, results = claims(value)
    assert (found, [one[0] for one in results]) == (name, methods)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        "mx.exemplo.com dmarc=pass",
        "mx.exemplo.com; dmarc=pass; this is not a result",
        "mx.exemplo.com; dmarc=pass (no end",
        "mx.exemplo.com; dmarc=pass )",
        'mx.exemplo.com; dmarc=pass header.from="no end',
        "mx.exemplo.com; dmarc=pass header.from=a header.from=b",
        "mx.exemplo.com; dmarc=pass, spf=pass",
        "mx.exemplo.com; dmarc=pass header.from",
        "mx.exemplo.com; dmarc=",
        f"mx.exemplo.com; spf=pass {'x' * MOST_BYTES}",
    ],
)
def test_what_does_not_follow_the_grammar_says_nothing(value):
    assert claims(value) == ("", [])


def test_a_result_hidden_in_a_quoted_address_is_none():
    value = 'mx; spf=pass smtp.mailfrom="a; dmarc=pass header.from=vitima.example"@evil.example'
    assert [one[:2] for one in claims(value)[1]] == [("spf", "pass")]


@given(st.text(alphabet='mx;=()"\\ .@dmarcps\udcff', max_size=60))
def test_whatever_stands_there_nothing_is_raised(value):
    name, results = read_results(value)
    assert isinstance(name, str)
    assert name or not results


@pytest.mark.parametrize("piece", ["(", '"', "a=b ", ";", "\\", "a.b=c\t", '""', "(a)"])
def test_long_fields_cost_little(piece):
    with costs_below(0.5):
        read_results("mx; spf=pass " + piece * (MOST_BYTES // len(piece) - 20))


def test_cutting_a_field_anywhere_never_makes_it_say_more():
    """A cut field says a part of what the whole one says, or nothing."""
    whole = "mx.exemplo.com; spf=fail (x) smtp.mailfrom=a@evil.example; dmarc=fail (p=none) header.from=vitima.example"
    said = {one[:2] for one in claims(whole)[1]}
    for length in random.Random(1).sample(range(len(whole)), 60):
        for method, result in {one[:2] for one in claims(whole[:length])[1]}:
            assert method in {name for name, _ in said}
            assert result != "pass"
