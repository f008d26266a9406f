import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import costs_below
from triage.folding import MAX_SCANNED, _fold_character, as_written, fold, without_markup, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("Não CONSIGO", "nao consigo"),
        ("  a\r\n\r\n\tb\u00a0 c\u2028d ", "a b c d"),
        ("2ª via nº 5 n° 6", "2a via no 5 no 6"),
        ("bo\u200ble\u00adto", "boleto"),
        ("Na\u0303o", "nao"),
        ("“d’água” — já…", '"d\'agua" - ja...'),
        ("STRASSE straße", "strasse strasse"),
        ("ＢＯＬＥＴＯ", "boleto"),
        ("ПРИВЕТ", "привет"),
        ("ok 👍🏽", "ok 👍🏽"),
        ("R$ 1.234,56 #9 a@b", "r$ 1.234,56 #9 a@b"),
        ("a\ud800b", "ab"),
        ("½ ÿ İ ŉ", "1⁄2 y i ʼn"),
    ],
)
def test_folding_takes_away_what_people_write_differently(text, folded):
    assert fold(text) == folded


@given(st.text(st.characters(exclude_categories=())))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(exclude_categories=())))
def test_every_road_folds_character_by_character(text):
    assert fold(text) == " ".join("".join(map(_fold_character, text)).split())


@given(st.text(st.characters(max_codepoint=0x2FF)))
def test_decomposed_text_folds_like_composed_text(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@pytest.mark.parametrize("flood", ["a" + "\u0301\u0316" * 250_000, "\ufdfa" * 500_000, " \n" * 250_000, "😀" * 500_000])
def test_a_flood_of_characters_is_cut_and_folded_in_linear_time(flood):
    with costs_below(1):
        folded = fold(flood)

        assert len(folded) <= MAX_SCANNED


@given(st.text())
def test_words_are_runs_of_letters_and_digits(text):
    folded = fold(text)

    assert words_of(folded) == re.findall(r"[^\W_]+", folded)


@pytest.mark.parametrize(
    ("original", "word", "spelling"),
    [
        ("Eu NÃO\n  Consigo, ok", "nao consigo", "NÃO Consigo"),
        ("SUPORTE DA POR#@$$, CAR@LHO", "car@lho", "CAR@LHO"),
        ("bo\u200bleto", "boleto", "bo\u200bleto"),
        ("a \u200b segunda via", "segunda via", "segunda via"),
        ("½ boleto", "boleto", "boleto"),
        ("Straße", "strasse", "Straße"),
    ],
)
def test_a_match_is_shown_as_the_customer_wrote_it(original, word, spelling):
    folded = fold(original)
    start = folded.index(word)

    assert as_written(original, folded, start, start + len(word)) == spelling


@given(st.text(), st.data())
def test_the_shown_spelling_always_folds_to_what_matched(text, data):
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))

    assert fold(as_written(text, folded, start, end)) == folded[start:end].strip()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("nao *consigo* entrar", "nao consigo entrar"),
        ("*nao* _consigo_, **erro 500**!", "nao consigo, erro 500!"),
        ("nao <b>consigo</b> <a href=x>ver</a>", "nao consigo ver"),
        ("p*rra, p*** que, 2 * 3 * 4, a < b > c, nome_com_tracos", None),
        ("* item um * item dois", None),
        ("sem nada", None),
    ],
)
def test_markup_around_words_can_be_left_out(text, plain):
    result = without_markup(text)

    assert result == (plain or text)
    assert (result is text) is (plain is None)


@pytest.mark.parametrize("piece", ["*", "*a", "<a ", "_a b ", "*a* ", "<a b", "`", "_a" + "b" * 190])
def test_leaving_out_markup_is_linear(piece):
    with costs_below(1):
        without_markup((piece * 200_000)[:200_000])
