import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.shouting import loudness


@pytest.mark.parametrize(
    ("subject", "text", "shouting"),
    [
        ("", "ESTOU HÁ TRÊS DIAS ESPERANDO", True),
        ("", "Estou há três dias esperando", False),
        ("SUPORTE DA POR#@$$, CAR@LHO", "oi", True),
        ("NF-E 3519 SEGUNDA VIA DO BOLETO", "Bom dia, segue em anexo o que combinamos ontem.", False),
        ("", "RESOLVAM ISSO AGORA por favor!!", True),
        ("", "RESOLVAM ISSO AGORA por favor", False),
        ("", "Muito obrigada!!! Foi ótimo o treinamento!!!", False),
        ("NF-E", "OK!!", False),
        ("", "", False),
        ("", "ПОЧЕМУ НИКТО НЕ ОТВЕЧАЕТ", False),
    ],
)
def test_shouting_is_measured_as_documented(subject, text, shouting):
    assert loudness(subject, text).shouting is shouting


def test_capitals_are_a_share_of_letters():
    measured = loudness("", "ABCDEFGHIJ abcdefghij 123 !?!")

    assert (measured.capitals, measured.exclamations) == (50.0, 2)


@given(st.text(), st.text())
def test_the_share_is_a_percentage(subject, text):
    assert 0 <= loudness(subject, text).capitals <= 100
