"""winmail.dat: what is in it is found, and damage costs what is damaged."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.tnef import MAX_ATTRIBUTES, MAX_FILES, read_tnef
from tests.channels.mail.winmail import (
    BEGIN_FILE,
    BINARY,
    BODY,
    CODEPAGE,
    FILE_DATA,
    FILE_PROPERTIES,
    OBJECT,
    P_BODY,
    P_CODEPAGE,
    P_DATA,
    P_HTML,
    P_LONG_NAME,
    P_NAME,
    P_RTF,
    PROPERTIES,
    STRING,
    UNICODE,
    attribute,
    file,
    listed,
    named,
    number,
    plain_rtf,
    variable,
    winmail,
)
from tests.patience import costs_below


def message(*properties):
    return winmail(attribute(PROPERTIES, listed(*properties)))


def utf16(text):
    return text.encode("utf-16-le") + b"\0\0"


@pytest.mark.parametrize(
    ("box", "text"),
    [
        (winmail(attribute(BODY, b"Ol\xe1\0")), "Olá"),
        (winmail(attribute(CODEPAGE, struct.pack("<II", 1251, 0)), attribute(BODY, "Да\0".encode("cp1251"))), "Да"),
        (winmail(attribute(CODEPAGE, struct.pack("<II", 9999, 0)), attribute(BODY, b"Ol\xe1\0")), "Olá"),
        (message(variable(UNICODE, P_BODY, utf16("Olá ☎"))), "Olá ☎"),
        (message(variable(STRING, P_BODY, b"Ol\xe1\0")), "Olá"),
        (message(number(P_CODEPAGE, 65001), variable(STRING, P_BODY, "Olá".encode())), "Olá"),
        (message(variable(BINARY, P_RTF, plain_rtf(rb"{\rtf1 Ol\'e1\par dois}"))), "Olá\ndois"),
        (
            message(variable(UNICODE, P_BODY, utf16("texto")), variable(BINARY, P_RTF, plain_rtf(rb"{\rtf1 rtf}"))),
            "texto",
        ),
        (message(named(UNICODE, "Outra", utf16("x")), variable(UNICODE, P_BODY, utf16("depois"))), "depois"),
        (message(number(0x0E07, 1), variable(UNICODE, P_BODY, utf16("a")), variable(UNICODE, P_BODY, utf16("b"))), "a"),
    ],
)
def test_what_it_says(box, text):
    found = read_tnef(box)
    assert found.text == text
    assert found.problem is None


def test_its_html_is_in_the_charset_it_names():
    found = read_tnef(message(number(P_CODEPAGE, 65001), variable(BINARY, P_HTML, "<p>Olá</p>".encode())))
    assert found.html == "<p>Olá</p>"


@pytest.mark.parametrize(
    ("box", "files"),
    [
        (winmail(file("nota.pdf", b"%PDF")), [("nota.pdf", b"%PDF")]),
        (winmail(file("RELAT~1.DOC", b"x", long_name="Relatório de março.docx")), [("Relatório de março.docx", b"x")]),
        (winmail(file("a", b"1"), file("b", b"2")), [("a", b"1"), ("b", b"2")]),
        (winmail(file("vazio", b"")), []),
        (winmail(attribute(FILE_DATA, b"of no file")), []),
        (
            winmail(
                attribute(BEGIN_FILE, bytes(14)),
                attribute(
                    FILE_PROPERTIES,
                    listed(variable(STRING, P_NAME, b"msg"), variable(OBJECT, P_DATA, bytes(16) + b"conte\xfado")),
                ),
            ),
            [("msg", b"conte\xfado")],
        ),
        (
            winmail(
                attribute(BEGIN_FILE, bytes(14)),
                attribute(FILE_PROPERTIES, listed(variable(UNICODE, P_LONG_NAME, utf16("../x")))),
                attribute(FILE_DATA, b"1"),
            ),
            [("../x", b"1")],
        ),
    ],
)
def test_the_files_in_it(box, files):
    assert read_tnef(box).files == files


DAMAGED = (
    (b"", "damaged: this is no TNEF"),
    (b"\x78\x9f\x3e\x22", "damaged: this is no TNEF"),
    (b"\x00" * 500, "damaged: this is no TNEF"),
    (winmail(file("a", b"1"), attribute(FILE_DATA, b"x", length=2**32 - 1)), "damaged: an attribute is cut off"),
    (
        winmail(attribute(0x1234, b"")) + attribute(0x1234, b"") * MAX_ATTRIBUTES,
        "damaged: more attributes than are read",
    ),
    (winmail(attribute(PROPERTIES, b"\1")), "damaged: unpack_from requires a buffer"),
    (message(struct.pack("<HHII", BINARY, P_HTML, 1, 2**31)), "damaged: a property is cut off"),
    (message(struct.pack("<HH", UNICODE, 0x8001)), "damaged: unpack_from requires a buffer"),
)


@pytest.mark.parametrize(("box", "problem"), DAMAGED)
def test_damage_is_said(box, problem):
    assert (read_tnef(box).problem or "").startswith(problem)


def test_what_stands_before_a_damage_is_kept():
    box = winmail(file("a.txt", b"inteiro"), attribute(BODY, b"texto"), file("b.txt", b"x" * 100))
    found = read_tnef(box[:-50])
    assert (found.files, found.text) == ([("a.txt", b"inteiro")], "texto")
    assert found.problem == "damaged: an attribute is cut off"


@pytest.mark.parametrize(
    "properties",
    [
        struct.pack("<I", 2**32 - 1),
        struct.pack("<IHHI", 1, BINARY, P_HTML, 2**32 - 1),
        struct.pack("<IHHI", 1, 0x1003, P_HTML, 2**32 - 1),
        struct.pack("<IHH", 1, 0x0001, P_HTML),
        struct.pack("<IHH16sII", 1, UNICODE, 0x8001, bytes(16), 1, 2**32 - 1),
    ],
)
def test_counts_that_lie_are_not_believed(properties):
    with costs_below(0.5):
        found = read_tnef(winmail(attribute(PROPERTIES, properties), attribute(BODY, b"depois")))
    assert found.html == ""


def test_of_very_many_files_the_first_are_read():
    found = read_tnef(winmail(*[file("a", b"x")] * (MAX_FILES + 10)))
    assert len(found.files) == MAX_FILES


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_read_without_an_exception(noise, at):
    box = winmail(
        file("a", b"1", long_name="a.txt"), attribute(PROPERTIES, listed(variable(UNICODE, P_BODY, utf16("x"))))
    )
    for data in (noise, b"\x78\x9f\x3e\x22" + noise, box[:at] + noise + box[at:]):
        found = read_tnef(data)
        assert isinstance(found.text + found.html, str)
