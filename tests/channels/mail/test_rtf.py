"""Compressed RTF: its words, and no more work than was allowed."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.rtf import text_from_rtf
from tests.channels.mail.winmail import bomb, packed_rtf, plain_rtf
from tests.patience import costs_below


def words(rtf: bytes) -> str:
    return text_from_rtf(plain_rtf(rtf))[0]


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1 oi}", "oi"),
        (rb"{\rtf1 um\par dois\line tr\'eas}", "um\ndois\ntrês"),
        (rb"{\rtf1 a\tab b\cell c}", "a\tb c"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\stylesheet{x;}}texto}", "texto"),
        (rb"{\rtf1{\*\generator Word;}texto}", "texto"),
        (rb"{\rtf1{\pict ffd8ffe0}texto}", "texto"),
        (rb"{\rtf1 \u9742?Ol\u225 \'e1}", "☎Olá"),
        (rb"{\rtf1 \u-10179?\u-8704?x}", "x"),
        (rb"{\rtf1 100\~reais\_hoje a\-b \{c\} \\}", "100 reais-hoje ab {c} \\"),
        (rb"{\rtf1 \ldblquote a\rdblquote\endash b\emdash c\bullet}", "“a”\u2013b—c•"),
        (rb"{\rtf1\ansi\htmlrtf \b\htmlrtf0 visto}", "visto"),
        (rb"{\rtf1 {\*\htmltag64 <p>}oi{\*\htmltag72 </p>}}", "oi"),
        (b"{\\rtf1 um\r\n dois}", "um dois"),
        (b"sem marcas", "sem marcas"),
        (b"}}}} fecha demais", "fecha demais"),
        (b"{{{{{ abre demais", "abre demais"),
        (b"", ""),
    ],
)
def test_rtf_as_words(rtf, text):
    assert words(rtf) == text


def test_packed_rtf_is_unpacked():
    """The example of [MS-OXRTFCP] §3.1.1."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert text_from_rtf(packed)[0] == "hello world"


def test_a_reference_may_run_into_what_it_writes_itself():
    """The example of [MS-OXRTFCP] §3.1.2."""
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert text_from_rtf(packed)[0] == "WXYZ" * 5


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"short",
        struct.pack("<II4sI", 0, 0, b"ABCD", 0) + b"{\\rtf1 x}",
        packed_rtf(b""),
        packed_rtf(b"\xff\x00"),
        packed_rtf(b"\xff" + struct.pack(">H", (207 << 4) | 15)),
    ],
)
def test_what_is_no_packed_rtf_says_nothing(packed):
    assert text_from_rtf(packed)[0] == ""


@pytest.mark.parametrize("most", [0, 1, 100, 100_000])
def test_no_more_is_unpacked_than_is_allowed(most):
    assert text_from_rtf(bomb(2_000), most)[1] == most
    assert text_from_rtf(plain_rtf(b"x" * 200_000), most)[1] == most


@pytest.mark.parametrize(
    "rtf", [b"{" * 500_000, b"\\" * 500_000, b"\\u1 " * 200_000, b"{\\*" * 300_000, b"\\'" * 400_000]
)
def test_hostile_rtf_costs_no_more_than_its_length(rtf):
    with costs_below(2):
        words(rtf)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_exception(data):
    for packed in (data, packed_rtf(data), plain_rtf(data)):
        text, read = text_from_rtf(packed)
        assert isinstance(text, str)
        assert read <= 1_000_000
