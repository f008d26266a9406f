"""Nothing that a customer wrote moves the cursor, renames the window or turns the text around."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.presentation.clean import block, json_text, line

HOSTILE = [
    ("\x1b]0;dono\x07fim", "]0;donofim"),
    ("\x1b[2Jfim", "[2Jfim"),
    ("\x9b31mfim", "31mfim"),
    ("fatura\u202efdp.exe", "faturafdp.exe"),
    ("a\x00b\x08c\x7fd", "abcd"),
    ("a\ud800b", "ab"),
    ("\u2066isolado\u2069", "isolado"),
]


@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_what_a_terminal_would_obey_is_taken_out(text, expected):
    assert block(text) == expected
    assert line(text) == expected


def test_a_block_keeps_its_lines():
    assert block("um\r\ndois\rtrês\u2028quatro\n\tcinco") == "um\ndois\ntrês\nquatro\n\tcinco"


def test_a_line_is_one_line():
    assert line(" um\r\ndois\t\u2029três ") == "um dois três"


def test_a_long_line_is_cut_with_a_mark():
    assert line("abcdefghij", limit=5) == "abcd…"
    assert line("abcde", limit=5) == "abcde"


@given(st.text(st.characters()))
def test_no_control_survives(text):
    """Whatever the text, only printable characters, line breaks and tabs are left."""
    assert all(char in "\n\t" or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in block(text))
    assert "\n" not in line(text)


@given(st.dictionaries(st.text(), st.text()))
@example({"meio par": "\ud83d"})
def test_json_says_the_same_without_controls(document):
    """Escaping changes the bytes, never the value; the bytes are UTF-8 even with lone surrogates."""
    text = json_text(json.dumps(document, ensure_ascii=False))

    assert json.loads(text) == document
    assert not set(text.encode().decode()) & {"\x1b", "\x9b", "\x7f", "\u202e", "\u2028"}
