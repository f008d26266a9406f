"""Charsets and encoded words, honest and not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.words import body_text, codec_of, decoded_words, header_text, text_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("simples", "simples"),
        ("=?utf-8?q?N=C3=A3o?=", "Não"),
        ("=?UTF-8?Q?N=C3=A3o_abre?= =?UTF-8?Q?_hoje?=", "Não abre hoje"),
        ("=?utf-8?b?w6E=?= e =?utf-8?b?w6k=?=", "á e é"),
        ("=?utf-8?b?w?=", "=?utf-8?b?w?="),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A3?=", "ã"),
        ("=?iso-8859-1?q?=E1=93?=", "á“"),
        ("=?utf-8*pt-br?q?=C3=A1?=", "á"),
        ("RE: =?iso-8859-1?B?RPp2aWRh?= [#1]", "RE: Dúvida [#1]"),
        ("=?unknown?q?caf=C3=A9?=", "café"),
        ("=?rot13?q?abc?=", "abc"),
        ("=?utf-8?q?sem_fim", "sem fim"),
        ("=?utf-8?q?sem_fim =?utf-8?q?e_outra?=", "sem fim e outra"),
        ("=?utf-8?q?com espa=C3=A7o aqui?=", "com espaço aqui"),
        ("caf\udcc3\udca9", "café"),
        ("caf\udce9", "café"),
    ],
)
def test_header_values_become_text(value, expected):
    assert decoded_words(value) == expected


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ("ação".encode(), "utf-8", "ação"),
        ("ação".encode("latin-1"), "iso-8859-1", "ação"),
        (b"\x93ol\xe1\x94", "iso-8859-1", "“olá”"),
        ("ação".encode("latin-1"), "utf-8", "ação"),
        ("ação".encode(), "us-ascii", "ação"),
        ("ação".encode(), None, "ação"),
        ("こんにちは".encode("iso2022_jp"), "iso-2022-jp", "こんにちは"),
        ("oi".encode("utf-16"), "utf-16", "oi"),
        (b"\x81\x8d", "utf-8", "��"),
    ],
)
def test_declared_then_utf8_then_cp1252(data, charset, expected):
    assert text_of(data, charset) == expected


@pytest.mark.parametrize(
    "trap",
    [
        "bz2_codec",
        "rot13",
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
        "hex",
        "zlib",
        "a\x00b",
        "undefined",
        "mbcs",
        "x" * 100,
        "",
        "é",
        "../utf-8",
        "none",
        "8bit",
        "%s",
    ],
)
def test_what_is_no_charset_of_mail_is_not_looked_up(trap):
    """Attack 42."""
    assert codec_of(trap) is None
    assert text_of(b"texto", trap) == "texto"


@given(st.binary(max_size=80), st.text(max_size=20) | st.sampled_from(["utf-16", "utf-32", "gb18030", "hz", "johab"]))
def test_any_bytes_in_any_charset_are_storable_text(data, charset):
    assert body_text(data, charset).encode().count(b"\x00") == 0


@given(st.text(max_size=100))
def test_a_header_is_one_line_of_at_most_so_many_characters(value):
    line = header_text(value, 50)

    assert len(line) <= 50
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
