"""Content-Transfer-Encodings undone, as far as they can be."""

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.transfer import encoding_of, undone, without_uuencoded
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("base64", "base64"),
        (" BASE64 ", "base64"),
        ("Base-64", "base64"),
        ('"base64";', "base64"),
        ("base64 (comment)", "base64"),
        ("quoted-printable", "quoted-printable"),
        ("Quoted_Printable,", "quoted-printable"),
        ("x-uuencode", "uuencode"),
        ("7bit", ""),
        ("8bit", ""),
        ("binary", ""),
        ("bzip2", ""),
        ("", ""),
        (";;;", ""),
    ],
)
def test_labels_are_taken_loosely(label, encoding):
    assert encoding_of(label) == encoding


@pytest.mark.parametrize(
    ("body", "label", "content"),
    [
        (b"T2zDoQ==", "base64", "Olá".encode()),
        (b"T2zD\noQ==\n", "base64", "Olá".encode()),
        (b"T2zDoQ", "base64", "Olá".encode()),
        (b"T2zDo", "base64", b"Ol\xc3"),
        (b"T2!z*DoQ==", "base64", "Olá".encode()),
        (b"T2zDoQ==\nT2zDoQ==\n", "base64", "OláOlá".encode()),
        (b"QUJD\n" * 30 + b"QQ==\n\nEnviado por um servidor qualquer\n", "base64", b"ABC" * 30 + b"A"),
        (b"isto nao e base64, e um texto que alguem etiquetou errado", "base64", None),
        (b"", "base64", b""),
        (b"====", "base64", b""),
        (b"Ol=C3=A1", "quoted-printable", "Olá".encode()),
        (b"um=\ndois", "quoted-printable", b"umdois"),
        (b"um= \ndois", "quoted-printable", b"umdois"),
        (b"100=% = =ZZ =", "quoted-printable", b"100=% = =ZZ "),
        (b"Ol=c3=a1", "quoted-printable", "Olá".encode()),
        (b"begin 644 a\n#3VQ!\n`\nend\n", "uuencode", b"OlA"),
        (b"nenhum arquivo", "uuencode", None),
        (b"T2zDoQ==", "7bit", None),
        (b"T2zDoQ==", "unheard", None),
    ],
)
def test_what_can_be_undone_is_and_the_rest_stays(body, label, content):
    assert undone(body, label) == (body if content is None else content)


@given(st.binary(max_size=500))
def test_what_was_encoded_comes_back(content):
    assert undone(base64.encodebytes(content), "base64") == content
    plain = content.replace(b"\r", b"").replace(b"\0", b"")
    assert undone(quopri.encodestring(plain), "quoted-printable").rstrip() == plain.rstrip()


@given(st.binary(max_size=300))
def test_any_bytes_are_undone_without_an_exception(body):
    for label in ("base64", "quoted-printable", "uuencode", ""):
        assert isinstance(undone(body, label), bytes)


def uuencoded(name, content):
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


@pytest.mark.parametrize(
    ("text", "kept", "files"),
    [
        (b"antes\n" + uuencoded(b"a.txt", b"x" * 100) + b"depois\n", b"antes\n\ndepois\n", [("a.txt", b"x" * 100)]),
        (uuencoded(b"a", b"1") + uuencoded(b"b", b"2"), b"\n\n", [("a", b"1"), ("b", b"2")]),
        (b"begin 644 a\nisto nao e um arquivo\nend\n", None, []),
        (b"begin 644 a\n#3VQ!\n", None, []),
        (b"to begin 644 a\n#3VQ!\n`\nend\n", None, []),
        (b"begin 999 a\n#3VQ!\n`\nend\n", None, []),
        (b"begin 644 a\nbegin 644 b\n#3VQ!\n`\nend\n", b"begin 644 a\n\n", [("b", b"OlA")]),
        (b"begin 644 a\n\nbegin 644 b\n#3VQ!\n`\nend\n", b"begin 644 a\n\n\n", [("b", b"OlA")]),
    ],
)
def test_files_that_stand_in_a_text(text, kept, files):
    assert without_uuencoded(text) == (text if kept is None else kept, files)


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 a\n" * 200_000,
        b"begin 644 a\n" * 900 + b"M" * 5_000_000 + b"\nend\n",
        b"begin 644 a\nend\n" * 900,
        b"begin 644 a\n" + b"\n" * 1_000_000 + b"end\n",
    ],
)
def test_hostile_texts_cost_no_more_than_their_length(text):
    with costs_below(1):
        without_uuencoded(text)


@pytest.mark.parametrize("body", [b"=" * 1_000_000, b"T2zDoQ==\n" * 200_000, b"a b " * 500_000, b"AAAA=" * 300_000])
def test_hostile_encodings_cost_no_more_than_their_length(body):
    with costs_below(2):
        for label in ("base64", "quoted-printable", "uuencode"):
            undone(body, label)
