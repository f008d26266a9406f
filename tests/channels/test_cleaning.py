"""Strangers' text: cleaned first, checked afterwards."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.cleaning import LONGEST_NAME_BYTES, clean_file_name, clean_line, clean_text

anything = st.text(st.characters(codec=None))


@given(anything)
def test_clean_text_is_storable_and_stable(text):
    cleaned = clean_text(text)

    assert cleaned.encode().decode() == cleaned
    assert "\0" not in cleaned
    assert "\r" not in cleaned
    assert clean_text(cleaned) == cleaned


test_clean_text_is_storable_and_stable = pytest.mark.filterwarnings("default")(test_clean_text_is_storable_and_stable)


@given(anything)
def test_a_clean_line_is_one_line_for_every_reader(text):
    line = clean_line(text, 50)

    assert len(line) <= 50
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in line)


@given(anything)
def test_a_clean_file_name_is_a_label_and_no_path(name):
    cleaned = clean_file_name(name)

    assert 0 < len(cleaned.encode()) <= LONGEST_NAME_BYTES
    assert not set(cleaned) & set('/\\<>:"|?*')
    assert cleaned == cleaned.strip(" .")
    assert all(char == " " or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in cleaned)
    assert clean_file_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("given_name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\x\\nota.pdf", "nota.pdf"),
        ("\u200b.htaccess", "htaccess"),
        (".\u200bhtaccess", "htaccess"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("CON .txt", "_CON .txt"),
        ("COM¹", "_COM¹"),
        ("lpt³ .log", "_lpt³ .log"),
        ("CONIN$", "_CONIN$"),
        ("conout$.tar.gz", "_conout$.tar.gz"),
        ("CONSOLE.txt", "CONSOLE.txt"),
        ("COM10", "COM10"),
        ("aux\u200b.pdf", "_aux.pdf"),
        ("nota.pdf\u3164.exe", "nota.pdf.exe"),
        ("nota.pdf                    .exe", "nota.pdf .exe"),
        ("nota.pdf:payload.exe", "nota.pdf_payload.exe"),
        ("pasta/..", "anexo"),
        ("/etc/", "anexo"),
        ("nota.pdf. ", "nota.pdf"),
        ("a\0b\r\nc.txt", "ab c.txt"),
        ("...", "anexo"),
        ("", "anexo"),
        ("Relatório São João.docx", "Relatório São João.docx"),
        ("Relato\u0301rio.docx", "Relatório.docx"),
    ],
)
def test_hostile_names_become_harmless_labels(given_name, label):
    assert clean_file_name(given_name) == label


def test_a_long_name_keeps_its_ending():
    assert clean_file_name("n" * 400 + ".pdf") == "n" * 251 + ".pdf"


@pytest.mark.parametrize(
    ("stem", "ending"),
    [("é", ".pdf"), ("漢", ".xlsx"), ("😀", ".jpeg"), ("relatório ", ".tar.gz"), ("e\u0301", ".P7M"), ("a.", ".zip")],
)
def test_a_long_name_is_cut_between_letters_by_the_bytes_that_file_systems_count(stem, ending):
    cleaned = clean_file_name(stem * 300 + ending)

    assert 255 - len("relatório".encode()) < len(cleaned.encode()) <= 255
    assert cleaned.endswith(ending)
    assert set(unicodedata.normalize("NFC", cleaned.removesuffix(ending))) <= set(unicodedata.normalize("NFC", stem))


def test_of_a_name_without_end_the_ending_is_kept():
    assert clean_file_name("pasta/" * 5_000 + "nota.pdf") == "nota.pdf"
    assert clean_file_name("n" * 100_000 + ".pdf").endswith("n.pdf")


def test_an_ending_longer_than_any_gives_way_to_the_bound():
    assert len(clean_file_name("nota." + "é" * 400).encode()) <= 255
