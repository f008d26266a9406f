import pytest

from domain.units import BadValue
from triage.patterns import MAX_EXPRESSION, MAX_WORD, Exact, Expression, Word, parse_value, parse_word


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("Não  Consigo", Word("nao consigo")),
        ("CAR@LHO", Word("car@lho")),
        ("R$", Word("r$")),
        (500, Word("500")),
        ("cancel*", Word("cancel", open_end=True)),
        ("não consig*", Word("nao consig", open_end=True)),
        ("***", Word("***")),
        ("p***", Word("p***")),
        ("/", Word("/")),
        ("//", Word("//")),
        (r"/Erro \D+ não/", Expression(r"Erro \D+ nao")),
    ],
)
def test_words_are_read(written, pattern):
    assert parse_word(written) == pattern


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("Ana@Exemplo.com", Exact("ana@exemplo.com")),
        (5511, Exact("5511")),
        ("*@exemplo.com", Expression(r"^.*\@exemplo\.com$")),
        ("/^no-?reply@/", Expression("^no-?reply@")),
    ],
)
def test_values_are_read(written, pattern):
    assert parse_value(written) == pattern


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (True, "write this word in quotes; without them YAML reads it as true"),
        (None, "write this word in quotes; without them YAML reads it as null"),
        ("", "nothing is left"),
        ("\u200b", "nothing is left"),
        ("x" * (MAX_WORD + 1), "this word has 201 characters"),
        ("ab*", 'write at least 3 letters before the "*"'),
        ("/(/", 'cannot be read: a ")" is missing'),
        ("/[z-a]/", "the range in [ ] runs backwards"),
        (r"/(a)\1/", "stands before something it has no meaning for"),
        ("/(?=a)/", "looking ahead or behind is not possible"),
        ("/a{1000000}/", "it repeats too often"),
        ("/((a{100}){100}){100}/", "it repeats too often"),
        (f"/{'a' * (MAX_EXPRESSION + 1)}/", "this expression has 1001 characters"),
        ("/boleto|/", "also matches nothing at all"),
        ("/a*/", "also matches nothing at all"),
        (r"/(\pL{500}){2}/", "cannot be read: it is too large"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_in_words(written, complaint):
    with pytest.raises(BadValue) as refused:
        parse_word(written)

    assert complaint in str(refused.value)


def test_an_expression_for_the_empty_text_is_no_mistake():
    assert parse_word("/^$/") == Expression("^$")
