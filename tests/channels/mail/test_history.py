"""What is new in a mail, told from what is quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.history import new_text
from tests.patience import costs_below

NEW = "Continua com erro."


@pytest.mark.parametrize(
    "history",
    [
        "Em seg., 2 de mar. de 2026 às 09:01, Suporte <suporte@exemplo.com> escreveu:\n> antigo",
        "Em seg., 2 de mar. de 2026 às 09:01, Suporte <suporte@exemplo.com>\nescreveu:\n\n> antigo",
        "Em segunda-feira, 2 de março de 2026 às 09:01:15 BRT, Suporte\n<suporte@exemplo.com>\nescreveu:\n> antigo",
        "On Mon, Mar 2, 2026 at 9:01 AM Support <s@exemplo.com> wrote:\n> old",
        "On Mon, Mar 2, 2026 at 9:01 AM Support <s@exemplo.com>\nwrote:\n> old",
        "El lun, 2 mar 2026 a las 9:01, Soporte (<s@exemplo.com>) escribió:\n> viejo",
        "Em 02/03/2026 09:01, Suporte escreveu:\n> antigo",
        "-----Mensagem original-----\nDe: Suporte\nEnviada em: ontem\nantigo",
        "----- Original Message -----\nFrom: S\nold",
        "________________________________\nDe: S <s@exemplo.com>\nEnviado: ontem\nPara: A\nAssunto: x\n\nantigo",
        "De: S <s@exemplo.com>\nEnviada em: segunda-feira, 2 de março\nPara: A\nAssunto: x\n\nantigo",
        "*De:* S <s@exemplo.com>\n*Enviada em:* segunda-feira\n*Para:* A\nantigo",
        "From: S <s@exemplo.com>\nSent: Monday\nTo: A\nSubject: x\n\nold",
        "> antigo\n> mais antigo",
        "-- \nAna Souza\nFinanceiro",
        "--\nAna Souza",
        "Enviado do meu iPhone",
        "Sent from my Galaxy",
        "Obter o Outlook para Android",
        "Enviado do meu iPhone\n\nEm 2 de mar. de 2026, à(s) 09:01, Suporte <s@exemplo.com> escreveu:\n\n> antigo",
    ],
)
def test_history_and_signatures_are_cut(history):
    assert new_text(f"{NEW}\n\n{history}") == NEW


@pytest.mark.parametrize(
    "text",
    [
        "De: segunda a sexta\nnão funciona nada.",
        "Meu pedido é este:\n1234",
        "O cliente escreveu:\nquero cancelar",
        "A lista:\n- um\n- dois",
        "---\nseparado",
        "Em anexo o arquivo que o João escreveu:",
        "a > b é falso",
    ],
)
def test_what_only_looks_like_history_stays(text):
    assert new_text(text) == text


def test_answers_between_quoted_lines_stay():
    assert new_text("> pergunta um\nresposta um\n> pergunta dois\nresposta dois") == "resposta um\nresposta dois"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Veja.\n\n---------- Forwarded message ---------\nDe: R <r@x>\nDate: hoje\nTo: P\n\nO sistema caiu.", ""),
        ("Veja.\n\n---------- Mensagem encaminhada ---------\nDe: R\n\nCaiu.", ""),
        ("Veja.\n\nDe: R <r@x>\nEnviada em: hoje\nPara: P\nAssunto: y\n\nCaiu.", "ENC: y"),
        ("> só citação", "Re: x"),
        ("Em 2/3, A <a@b> escreveu:\n> tudo", "Re: x"),
    ],
)
def test_forwarded_mail_and_mail_that_is_all_quotation_are_taken_whole(text, subject):
    assert new_text(text, subject) == text


@given(st.text(alphabet="aeD:>-_ \n@1wrote", max_size=200))
def test_new_text_is_empty_only_if_the_mail_is(text):
    assert bool(new_text(text)) == bool(text.strip())


def test_a_long_paragraph_at_the_end_costs_no_more_than_its_length():
    """Every end of it is a possible footer; only those that begin like one are read as one."""
    text = "O boleto de março continua com o valor errado e ninguém respondeu ainda.\n" * 45 + "\nAtt,\nAna\n"
    with costs_below(1):
        for _ in range(100):
            new_text(text, "Re: boleto")
