import re

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.units import BadValue
from tests.patience import costs_below
from triage.expressions import ExpressionMatcher
from triage.folding import fold
from triage.matching import ValueMatcher, WordMatcher
from triage.patterns import Exact, Expression, Word, options, parse_word, parse_words

PIECES = ["nota", "3", ".", ",", "não", "a", "ana", "2", "r$", "@", "#", "$", " ", "  ", "\n", "-", "é", "_", "ß", "я"]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def naive(word: Word, folded: str) -> bool:
    """The rule as documented, in the words of `re`."""
    left = r"(?<![^\W_])" if word.text[0].isalnum() else ""
    left += r"(?<!\d[.,])" if word.text[0].isdigit() else ""
    right = r"(?![^\W_])" if word.text[-1].isalnum() and not word.open_end else ""
    right += r"(?![.,]\d)" if word.text[-1].isdigit() and not word.open_end else ""
    return re.search(left + re.escape(word.text) + right, folded) is not None


@settings(max_examples=400)
@given(st.lists(texts.filter(fold), max_size=8), st.lists(st.booleans(), min_size=8, max_size=8), texts)
def test_words_match_where_the_naive_search_finds_them(written, stems, text):
    words = {
        number: Word(fold(each), open_end=stem and fold(each)[-1].isalnum())
        for number, (each, stem) in enumerate(zip(written, stems, strict=False))
    }
    distinct = {word: number for number, word in words.items()}
    matcher = WordMatcher([(number, word) for word, number in distinct.items()])
    folded = fold(text)

    assert matcher.match(folded) == {number for word, number in distinct.items() if naive(word, folded)}


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("boleto", "O BOLETO, por favor", True),
        ("nota", "anotar notas", False),
        ("segunda via", "segunda\r\n\r\n  via", True),
        ("segunda via", "segunda-via", False),
        ("r$", "custa R$100", True),
        ("r$", "mister$", False),
        ("#123", "o ticket #123.", True),
        ("#123", "o ticket #1234", False),
        ("500", "erro 500!", True),
        ("500", "erro 5000", False),
        ("500", "custa 1.500,00", False),
        ("500", "custa 500,00", False),
        ("500", "erro 500. Depois, 501", True),
        ("500", "erros 404, 500, 502", True),
        ("1.500,00", "custa R$ 1.500,00.", True),
        ("12.345.678/0001-90", "CNPJ 12.345.678/0001-90,", True),
        ("car@lho", "CAR@LHO!!", True),
        ("urgente", "*_urgente_*", True),
        ("cancel*", "CANCELAMENTO", True),
        ("cancel*", "o cancel", True),
        ("cancel*", "precancelado", False),
        ("quero cancel*", "eu quero  cancelar", True),
        ("!!!", "resolvam!!!!", True),
        ("=)", "ok =)", True),
        ("@ab*", "fale com @abel", True),
        ("@ab*", "fale com abel", False),
        (r"/erro \d+/", "deu ERRO 17 aqui", True),
        (r"/^ola/", "Olá, tudo bem", True),
        ("não", "NÃO".encode().decode(), True),
    ],
)
def test_words_stand_free_and_expressions_search(pattern, text, found):
    assert (WordMatcher([(7, parse_word(pattern))]).match(fold(text)) == {7}) is found


def test_thousands_of_expressions_find_what_each_finds_alone():
    """RE2 drops matches silently when a set is too large for its memory; ours never gets so large."""
    sources = [rf"\bpalavra{number}[a-z]* (x|y{number})" for number in range(6_000)] + [r"\d{5}", "[aá]b?c"]
    matcher = ExpressionMatcher([(number, Expression(source)) for number, source in enumerate(sources)])
    text = "palavra17abc y17 palavra4711 x palavra5999 z 12345"

    alone = {number for number, source in enumerate(sources) if re2.search(source, text, options())}

    assert matcher.match(text) == alone
    assert {17, 4711, 6000} <= alone


def test_expressions_cannot_be_slower_than_linear():
    matcher = ExpressionMatcher([(0, Expression("(a+)+$")), (1, Expression("(a|aa)+b"))])
    text = "a" * 100_000 + "!"

    with costs_below(1):
        assert matcher.match(text) == set()


@pytest.mark.parametrize(
    ("pattern", "value", "found"),
    [
        (Exact("ana@exemplo.com"), "ANA@exemplo.com", True),
        (Exact("ana@exemplo.com"), "joana@exemplo.com", False),
        (Expression(r"^.*@exemplo\.com$"), "Ana@Exemplo.com", True),
        (Expression(r"^.*@exemplo\.com$"), "ana@exemplo.com.evil.example", False),
    ],
)
def test_values_are_compared_whole(pattern, value, found):
    assert (ValueMatcher([(3, pattern)]).match(value) == {3}) is found


def test_ten_thousand_words_cost_little_on_words_never_seen():
    """A search automaton needs 158 ms for such a text (docs/adr/0004-words-are-looked-up.md)."""
    matcher = WordMatcher([(number, Word(f"palavra{number}")) for number in range(10_000)])
    texts_never_seen = [" ".join(f"w{number}x{index}" for index in range(300)) for number in range(50)]

    with costs_below(0.002 * len(texts_never_seen)):
        for text in texts_never_seen:
            matcher.match(text)


@pytest.mark.parametrize(
    ("written", "text", "found"),
    [
        ("nota~", "duas NOTAS", True),
        ("notas~", "uma nota", True),
        ("nota~", "anotas", False),
        ("nota~ fiscal~", "as notas fiscais de ontem", True),
        ("nota~ fiscal", "as notas fiscais", False),
        ("cartão~ de crédito", "meus cartões de crédito", True),
        ("erro~!", "erros!", True),
        ("e-mail~", "seus e-mails", True),
        ("invoice~", "two invoices", True),
        ("R$ 50", "paguei R$50 e", True),
        ("R$50", "paguei R$ 50 e", True),
        ("R$ 50", "paguei R$ 500", False),
        ("R$ 1.500,00", "foram R$1500,00", True),
        ("1500", "foram 1.500 notas", True),
        ("1.500", "foram 1500 notas", True),
        ("a~b", "a~b", True),
        ("~", "~", True),
    ],
)
def test_a_written_word_stands_for_its_forms(written, text, found):
    words = dict(enumerate(parse_words(written)))

    assert bool(WordMatcher(list(words.items())).match(fold(text))) is found


@pytest.mark.parametrize("written", ["nota~*", " ".join(["nota~"] * 12)])
def test_a_word_that_stands_for_too_much_is_refused(written):
    with pytest.raises(BadValue):
        parse_words(written)
