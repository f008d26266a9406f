"""Who wrote and to whom: split first, decode afterwards, one broken element costs itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.addresses import parties, sender_of
from domain.interaction import Party


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ana@x.example", [(None, "ana@x.example")]),
        ("Ana <ana@x.example>", [("Ana", "ana@x.example")]),
        ("<ana@x.example>", [(None, "ana@x.example")]),
        ('"Souza, Ana" <ana@x.example>, b@x.example', [("Souza, Ana", "ana@x.example"), (None, "b@x.example")]),
        ("ana@x.example (Ana Souza)", [("Ana Souza", "ana@x.example")]),
        ("=?utf-8?q?Jos=C3=A9?= <jose@x.example>", [("José", "jose@x.example")]),
        ('"=?utf-8?q?Jos=C3=A9?=" <jose@x.example>', [("José", "jose@x.example")]),
        ("equipe: um@x.example, Dois <dois@x.example>;", [(None, "um@x.example"), ("Dois", "dois@x.example")]),
        ('"ceo@x.example" <a@b.example>', [("ceo@x.example", "a@b.example")]),
        ('"<ceo@x.example>" <a@b.example>', [("<ceo@x.example>", "a@b.example")]),
        ("ceo@x.example <a@b.example>", [("ceo@x.example", "a@b.example")]),
        ("=?utf-8?q?ceo=40x=2Eexample=2C?= <a@b.example>", [("ceo@x.example,", "a@b.example")]),
        ("=?utf-8?q?A=0D=0ABcc:_x=40evil.example?= <a@b.example>", [("A Bcc: x@evil.example", "a@b.example")]),
        ("=?utf-8?q?a=40b.example?=", []),
        ("undisclosed-recipients:;", []),
        ("quebrado@, inteiro@x.example", [(None, "inteiro@x.example")]),
        ("<a@b.example", [(None, "a@b.example")]),
        ("a@b@c", []),
        ("<>", []),
        ("", []),
        ("josé@exemplo.com.br", [(None, "josé@exemplo.com.br")]),
        ('"nome com \\"aspas\\"" <a@b.example>', [('nome com "aspas"', "a@b.example")]),
    ],
)
def test_address_lists(value, expected):
    assert [(party.name, party.address) for party in parties([value])] == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"from": ["A <a@x>"], "sender": ["b@x"]}, "a@x"),
        ({"from": ["a@x, b@x", "c@x"]}, "a@x"),
        ({"from": ["ninguém"], "sender": ["b@x"]}, "b@x"),
        ({"from": ["<>"]}, "envelope@x"),
        ({}, "envelope@x"),
    ],
)
def test_there_is_one_documented_sender(headers, expected):
    """Attack 25."""
    assert sender_of(headers, "envelope@x").address == expected


@given(st.text(alphabet='ab@<>(),;:"\\ .=?é\r\n\x00', max_size=60))
def test_whatever_is_found_is_an_address_with_a_clean_name(value):
    for party in parties([value]):
        assert isinstance(party, Party)
        assert party.address.count("@") >= 1
        assert not set(party.address) & set("<>(),;: \r\n\x00")
        assert "\n" not in (party.name or "")
