"""What machines and lawyers put at the end, and people who use the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.footers import LONGEST_FOOTER, is_device_line, is_footer, may_begin_footer, may_hold_footer
from channels.mail.lines import folded
from tests.patience import costs_below


def plain(paragraph):
    return " ".join(map(folded, paragraph.split("\n")))


FOOTERS = (
    "Enviado do meu iPhone",
    "Enviado do meu smartphone Samsung Galaxy.",
    "Enviado de meu Telefone celular",
    "Enviado via iPad",
    "Enviado do Yahoo Mail no Android",
    "Enviado do Email para Windows",
    "Enviado a partir do Outlook para iOS<https://aka.ms/o0ukef>",
    "Enviado desde mi iPhone",
    "Sent from my iPhone",
    "Sent with Proton Mail secure email.",
    "Obter o Outlook para Android<https://aka.ms/AAb9ysg>",
    "Obtener Outlook para iOS",
    "Get Outlook for iOS",
    "Yahoo Mail: Search, Organize, Conquer",
    "Enviado de meu dispositivo Android com K-9 Mail. Desculpe-me pela brevidade.",
    "Livre de vírus. www.avast.com",
    "<https://www.avast.com/sig>\nLivre\nde vírus. www.avast.com\n<https://www.avast.com/sig>.\n<#DAB4FAD8-2DD7-40BB>",
    "Virus-free. www.avg.com",
    "Este e-mail foi verificado pelo antivírus Avast. https://www.avast.com",
    'Você recebeu essa mensagem porque está inscrito no grupo "TI" dos Grupos do Google.',
    "To unsubscribe from this group, send email to ti+unsubscribe@x.example.",
    "Antes de imprimir, pense em sua responsabilidade com o meio ambiente.",
    "P Please consider the environment before printing this e-mail.",
    "AVISO LEGAL: Esta mensagem pode conter informações confidenciais e destina-se apenas ao destinatário; apague-a.",
    "This message is confidential and intended only for the addressee. If you received it in error, delete it.",
    "Este mensaje es confidencial y va dirigido exclusivamente a su destinatario; queda prohibida su divulgación.",
    "Se você não é o destinatário desta mensagem, saiba que é confidencial; avise o remetente e apague-a.",
    "Aviso de confidencialidade",
)
MEANT = (
    "O pedido foi enviado do meu iPhone pelo aplicativo e não aparece no site.",
    "Enviado do meu iPhone não chega nada, só do computador chega alguma coisa, por quê?",
    "Comprei um iPhone",
    "O Outlook para Android não abre",
    "Obter o reembolso do iPhone",
    "O antivírus diz que o arquivo está livre de vírus, mas o Windows bloqueia. O que faço agora com ele?",
    "Recebi esta mensagem porque alguém errou?",
    "Não consigo imprimir antes de fechar o caixa.",
    "Recebi informações confidenciais de outro cliente. Quem errou?",
    "Vocês divulgaram meus dados, isso é proibido por lei e eu exijo uma resposta.",
    "Quero falar com o destinatário da carta.",
    "A mensagem não chegou.",
    "ok",
    "",
)


@pytest.mark.parametrize("paragraph", FOOTERS)
def test_what_nobody_wrote(paragraph):
    assert is_footer(plain(paragraph))


@pytest.mark.parametrize("paragraph", MEANT)
def test_what_somebody_wrote(paragraph):
    assert not is_footer(plain(paragraph))


@pytest.mark.parametrize("paragraph", [one for one in FOOTERS if one != "Aviso de confidencialidade"])
def test_the_cheap_look_lets_every_footer_pass(paragraph):
    assert may_hold_footer(plain(paragraph))


def test_the_cheap_looks_sort_out_what_people_mostly_write():
    text = plain("Bom dia, o boleto de março veio com o valor errado. Podem corrigir até amanhã, por gentileza?")
    assert not may_hold_footer(text)
    assert not may_begin_footer(text)


@pytest.mark.parametrize(
    ("line", "device"), [("Enviado do meu iPhone", True), ("Livre de vírus", False), ("x" * 300, False)]
)
def test_a_line_of_a_device(line, device):
    assert is_device_line(plain(line)) is device


@pytest.mark.parametrize(
    "paragraph",
    [
        "enviado do meu " * 20_000,
        "esta mensagem " * 400,
        "confidencial destinatario proibid erro " * 150,
        "antes de imprimir " * 300,
        "voce recebeu esta mensagem porque " * 170,
        "a" * LONGEST_FOOTER,
        "- " * 3_000,
        "livre de virus " * 30,
        "get outlook " * 500,
    ],
)
def test_hostile_paragraphs_cost_little(paragraph):
    with costs_below(2):
        for _ in range(20):
            is_footer(paragraph)
            may_begin_footer(paragraph)
            may_hold_footer(paragraph)


@given(st.text(max_size=200))
def test_any_paragraph_is_looked_at_without_an_exception(paragraph):
    assert is_footer(plain(paragraph)) in {True, False}
