"""Who a mail is from, said again at its end, goes; what may be meant stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.lines import Lines
from channels.mail.signatures import is_name, only_devices, without_signature
from tests.patience import costs_below

SAID = "Podem reenviar o boleto de março?\n\n"


def unsigned(text, sender="Mariana Lopes"):
    lines = Lines(text)
    return "\n".join(lines.written[at] for at in without_signature(lines, range(len(lines)), sender))


@pytest.mark.parametrize(
    "signature",
    [
        "Atenciosamente,\nMariana Lopes",
        "Atenciosamente,\n\nMariana Lopes\nAnalista Fiscal\n(31) 3333-4444\nwww.x.example",
        "Att.\nMariana",
        "Att, Mariana Lopes",
        "Abs",
        "Abraços!",
        "Com os melhores cumprimentos,\nMariana",
        "Melhores cumprimentos / Best regards,\nMariana Lopes",
        "Atenciosamente | Saludos\nMariana Lopes",
        "Obrigada,\nMariana",
        "Saludos cordiales,\nMariana",
        "Kind regards,\nMariana\n+55 31 99876-5432",
        "-- \nMariana Lopes\nAnalista",
        "-- \nA vida é feita de escolhas, e cada escolha que fazemos leva a outro lugar",
        "--\nMariana Lopes\nAnalista",
        "---\nMariana Lopes\nLoja Verde",
        "Mariana Lopes\nAnalista Fiscal\nTel.: (31) 3333-4444",
        "Enviado do meu iPhone",
        "Atenciosamente,\nMariana\n\nEnviado do meu iPhone\n\nAntes de imprimir, pense no meio ambiente",
        "--",
        "---",
    ],
)
def test_a_signature_goes(signature):
    assert unsigned(SAID + signature) == SAID.strip()


@pytest.mark.parametrize(
    "ending",
    [
        "Atenciosamente,\nMariana\nPodem ligar hoje?",
        "Atenciosamente,\nMariana\n\nPS: o endereço mudou",
        "Obrigado,\n\n1) segunda via do boleto\n2) contrato assinado",
        "Att.\nMariana\nCPF 123.456.789-09",
        "Muito obrigado!",
        "Desde já agradeço.",
        "Obrigado pela ajuda de ontem, mas o erro continua",
        "--\n2025-03-10 09:12 ERROR disk full and no more room left on this device\nO que faço?",
        "-- \nSegundo: quero o reembolso do pedido 11",
        "---\nSegundo item: a impressora",
        "---\nTeclado",
        "Mariana Lopes",
        "Mariana Lopes\nserá a responsável",
        "Best,\nis what your plan is called",
        "Rua das Flores, 100\nContagem/MG",
        "(31) 99876-5432",
        "Cordialmente é como assinamos os contratos com vocês",
    ],
)
def test_what_may_be_meant_stays(ending):
    assert unsigned(SAID + ending) == SAID + ending


def test_the_name_counts_only_as_the_header_spells_it():
    card = "Mariana Lopes\nTel.: (31) 3333-4444"
    assert unsigned(SAID + card, "Mariana Lopes") == SAID.strip()
    assert unsigned(SAID + card, "Outra Pessoa") == SAID + card
    assert unsigned(SAID + card, "") == SAID + card


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana", True),
        ("Ana de Souza e Silva", True),
        ("*Ana Souza*", True),
        ("Ângela Ñíguez", True),
        ("ana souza", False),
        ("Obrigado Ana", False),
        ("Preciso De Ajuda", False),
        ("Ana vai ligar", False),
        ("Um Dois Três Quatro Cinco Seis Sete", False),
        ("", False),
        ("123", False),
    ],
)
def test_what_is_a_name(text, name):
    assert is_name(text) is name


@pytest.mark.parametrize(
    ("text", "only"), [("Enviado do meu iPhone\n\n", True), ("ok\nEnviado do meu iPhone", False), ("", True)]
)
def test_a_text_of_devices_alone(text, only):
    lines = Lines(text)
    assert only_devices(lines, range(len(lines))) is only


@pytest.mark.parametrize(
    "text",
    [
        "Att,\n" * 9_000,
        "-- \n" * 9_000,
        "a\n" * 9_000 + "Att,\n" + "Ana\n" * 13,
        "Enviado do meu iPhone\n\n" * 4_000,
        "Atenciosamente, " * 50_000,
        "obrigado " * 100_000,
        "\n".join(["confidencial destinatario proibid"] * 9_000),
        "漢" * 500_000,
    ],
)
def test_hostile_texts_cost_no_more_than_their_length(text):
    with costs_below(2):
        unsigned(text)


@given(
    st.lists(
        st.sampled_from(
            ["Att,", "-- ", "--", "---", "Ana Lopes", "oi?", "", "Enviado do meu iPhone", "(31) 3333-4444"]
        ),
        max_size=8,
    )
)
def test_what_is_left_is_a_beginning_of_what_there_was(pieces):
    text = "\n".join(pieces)
    assert text.startswith(unsigned(text))
