"""Singular and plural, in Portuguese and English, both ways."""

import pytest

from triage.plurals import numbers_of

PAIRS = """
nota notas; cartao cartoes; mao maos; pao paes; fiscal fiscais; papel papeis; lencol lencois; azul azuis
fossil fosseis; barril barris; item itens; erro erros; servidor servidores; vez vezes; pais paises; mes meses
hifen hifens; lei leis; taxi taxis; boleto boletos; login logins; video videos; hotel hoteis; caracter caracteres
gas gases; aluguel alugueis; qualquer quaisquer; mal males; xml xmls; nfe nfes; lapis lapis; pix pix
city cities; day days; box boxes; branch branches; knife knives; person people; child children; bus buses
invoice invoices; process processes; user users; server servers; channel channels; item items; tomato tomatoes
"""


@pytest.mark.parametrize("pair", [pair.strip() for pair in PAIRS.replace("\n", ";").split(";") if pair.strip()])
def test_both_numbers_know_each_other(pair):
    one, many = pair.split()

    assert many in numbers_of(one)
    assert one in numbers_of(many)


@pytest.mark.parametrize("word", ["", "a", "s", "os", "x", "123", "ção", "я"])
def test_any_word_is_at_least_itself_and_never_many(word):
    assert word in numbers_of(word)
    assert "" not in numbers_of(word) - {word}
    assert len(numbers_of(word)) < 12


def test_other_words_are_left_alone():
    assert not numbers_of("nota") & {"notar", "notario", "noto", "not"}
