"""Dividers and blocks of header fields, and the forms that people fill in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.dividers import Divider, divider_at, has_field, is_framed_by_arrows, is_rule
from channels.mail.lines import Lines
from tests.patience import costs_below

HISTORY, FORWARD, ABOVE = Divider.HISTORY, Divider.FORWARD, Divider.ANSWER_ABOVE


def seen(text):
    return divider_at(Lines(text), 0)


@pytest.mark.parametrize(
    ("text", "divider"),
    [
        ("-----Mensagem original-----", HISTORY),
        ("-------- Original Message --------", HISTORY),
        ("----- Mensaje original -----", HISTORY),
        ("====== Mensagem anterior ======", HISTORY),
        ("-------- Mensagem original --------De: Ana <a@x.example> Data: 10/03/2025 Para: b@x.example", HISTORY),
        (">>> Ana Souza <ana@x.example> 10/03/2025 09:12 >>>", HISTORY),
        ("---------- Forwarded message ---------", FORWARD),
        ("---------- Mensagem encaminhada ----------", FORWARD),
        ("Begin forwarded message:", FORWARD),
        ("Início da mensagem encaminhada:", FORWARD),
        ("Inicio del mensaje reenviado:", FORWARD),
        ("----- Encaminhado por Ana/Vendas em 10/03/2025 -----", FORWARD),
        ("##- Por favor, digite sua resposta acima desta linha -##", ABOVE),
        ("Please type your reply above this line", ABOVE),
        ("Responda por encima de esta línea", ABOVE),
        ("A mensagem original chegou cortada.", None),
        ("Encaminhada a mensagem?", None),
        ("--------------------", None),
        ("Original Message", None),
        ("-- original", None),
        (">>> import balcao", None),
        (">> 10:22 >", None),
        ("", None),
    ],
)
def test_a_line_that_divides(text, divider):
    assert seen(text) is divider


@pytest.mark.parametrize(
    "text",
    [
        "De: Ana <ana@x.example>\nEnviada em: segunda-feira, 2 de março de 2026 10:22\nPara: Davi\nAssunto: Nota",
        "De: Ana\nEnviado: segunda-feira, 2 de março de 2026 10:22\nPara: Davi\nAssunto: Nota",
        "*De:* Ana <ana@x.example>\n*Enviado:* hoje 10:22\n*Para:* d@x.example",
        "From: Ana <ana@x.example>\nDate: Monday, 2 March 2026 at 10:22\nTo: Davi",
        "From: Ana\nSent: Monday, March 2, 2026 10:22 AM\nTo: Davi",
        "De : Ana <ana@x.example>\nData: 02/03/2026  10:22  (GMT-03:00)\nPara: d@x.example",
        "De: Ana\nPara: Davi\nData: 02/03/2026 10:22\nAssunto: Nota",
        "De: Ana <ana@x.example>\nPara: Davi <d@x.example>,\n  Rita <r@x.example>\nAssunto: Nota",
        "De: Ana <ana@x.example>\n\nEnviado: 02/03/2026 10:22\n\nPara: Davi",
        "De:\tAna <ana@x.example>\nPara:\td@x.example\nData:\t02/03/2026 10:22",
    ],
)
def test_a_block_of_header_fields_is_history(text):
    assert seen(text) is HISTORY


@pytest.mark.parametrize(
    "text",
    [
        "De: Rua das Flores, 100\nPara: Av. Brasil, 2000",
        "De: 08:00\nPara: 09:30\nAssunto: mudança do horário",
        "De: São Paulo\nPara: Rio\nData: 10/03",
        "De: Loja Verde\nPara: Financeiro\nData: 10/03/2025\nAssunto: Rescisão",
        "De: Loja Verde\nPara: Financeiro\nData: Contagem, 10 de março de 2025\nAssunto: Rescisão",
        "From: GRU\nTo: LIS\nDate: 14 March",
        "Para: d@x.example\nAssunto: sem remetente\nData: 02/03/2026 10:22",
        "De: Ana <ana@x.example>",
        "De: Ana <ana@x.example>\nBom dia",
        "Nome: Ana\nAssunto: x\nPara: y",
        "De:",
    ],
)
def test_a_form_or_a_letter_is_no_block(text):
    assert seen(text) is None


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("-----", True),
        ("_" * 60, True),
        ("- - - -", True),
        ("--- a ---", True),
        ("original", True),
        ("--", False),
        ("a", False),
    ],
)
def test_a_line_that_only_separates(line, rule):
    assert is_rule(line) is rule


@pytest.mark.parametrize(
    ("line", "known"), [("Para: x", True), ("**Cc:** x", True), ("Preço: x", False), ("Para x", False)]
)
def test_names_of_header_fields(line, known):
    assert has_field(Lines(line), 0) is known


def test_arrows_without_a_time_are_no_frame():
    assert [is_framed_by_arrows(Lines(line), 0) for line in (">>> a 09:12 >>>", ">>> for x in y >>>")] == [False, False]
    assert is_framed_by_arrows(Lines(">>> Ana 10/03/2025 09:12 >>>"), 0)


@pytest.mark.parametrize(
    "text",
    [
        "-" * 1_000_000,
        "- =" * 300_000,
        ">>> " * 250_000,
        "De: a\n" * 9_000,
        "De: a@b\n" + "x\n" * 9_000,
        "encaminhad" * 100_000,
        "-----Mensagem original" + "-" * 500_000 + "x",
        "##- digite " + "a" * 500_000,
    ],
)
def test_hostile_lines_cost_no_more_than_their_length(text):
    lines = Lines(text)
    with costs_below(2):
        for at in range(len(lines)):
            divider_at(lines, at)


@given(st.text(alphabet="De:Pra\n-=_*>@ 1", max_size=80))
def test_any_text_is_looked_at_without_an_exception(text):
    lines = Lines(text)
    assert all(divider_at(lines, at) in {None, *Divider} for at in range(len(lines)))
