"""The lines of a mail, as written and as they are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.lines import LONGEST_LINE, MAX_LINES, Lines, fold_characters, folded, is_quoted, letters_of
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("line", "compared"),
    [
        ("  *Às 10:22,*", "as 10:22,"),
        ("Em\u00a0seg.,\u202fàs", "em seg., as"),
        ("De:\u200e Ana\u200b", "de: ana"),
        ("_Assunto:_ Olá", "assunto:_ ola"),
        ("Enviado do meu iPhone<https://x.example/?a=1>", "enviado do meu iphone"),
        ("Ana [mailto:ana@x.example]", "ana"),
        ("Ana <ana@x.example>", "ana <ana@x.example>"),
        ("ﬁm … ½ ™", "fim ... ½ ™"),
        ("ÇÃO ª º ²", "cao a o 2"),
        ("Дa", "дa"),
        ("", ""),
    ],
)
def test_what_a_client_does_to_a_phrase_is_taken_off(line, compared):
    assert folded(line) == compared


def test_only_the_beginning_of_a_long_line_is_compared():
    assert len(folded("é" * 100_000)) == LONGEST_LINE


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
def test_the_quick_way_for_western_letters_and_the_slow_one_agree(text):
    """The last character makes the whole text unwestern."""
    western = "".join(char for char in text if ord(char) < 0x180 or char in "–—“”‘’•€…")
    assert fold_characters(western + "é") == fold_characters(western + "é漢")[:-1]
    assert letters_of(western) == letters_of(western + "漢")[:-1]


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
def test_folding_leaves_no_accent_and_no_invisible_character(text):
    result = fold_characters(text + "é")
    assert not {unicodedata.category(char) for char in result} & {"Mn", "Cf"}
    assert fold_characters(result) == result


@pytest.mark.parametrize(
    ("text", "letters"),
    [("Olá, mundo! 10:22", "olamundo1022"), ("— “é” … ½", "e½"), ("Да, 漢", "да漢"), ("\t\n .", ""), ("a\u0301", "a")],
)
def test_letters_and_digits_alone(text, letters):
    assert letters_of(text) == letters


@pytest.mark.parametrize(
    ("line", "blank"), [("", True), (" \t\u00a0\u200b", True), ("*_ ", True), ("a", False), (">", False)]
)
def test_a_line_of_nothing_seen_is_blank(line, blank):
    assert Lines(line).is_blank(0) is blank


@pytest.mark.parametrize(
    ("line", "quoted"),
    [("> a", True), (">", True), (" > a", True), ("  > a", False), ("a > b", False), ("", False), ("&gt; a", False)],
)
def test_the_sign_of_quotation(line, quoted):
    assert is_quoted(line) is quoted


def test_the_next_line_that_speaks_is_looked_for_near_by():
    lines = Lines("a\n\n\nb\n\n\n\n\n\nc")
    assert [lines.next_speaking(at) for at in (0, 1, 4, 100)] == [0, 3, None, None]


def test_the_rest_of_very_many_lines_hangs_together():
    lines = Lines("x\n" * (MAX_LINES * 3))
    assert len(lines) == MAX_LINES + 1
    assert lines.written[-1].count("\n") == MAX_LINES * 2


@pytest.mark.parametrize(
    "text", ["a" + "\u0301" * 1_000_000, "é" * 2_000_000, "".join(map(chr, range(0x100, 0xD000))) * 5]
)
def test_folding_costs_no_more_than_the_length(text):
    with costs_below(2):
        fold_characters(text)
        letters_of(text)
