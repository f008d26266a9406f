"""Subjects of machines without any telling header, and subjects of people that only sound alike."""

import pytest

from channels.mail.automated_subjects import (
    folded,
    is_automatic_answer,
    is_challenge,
    is_delay,
    is_failure,
    is_receipt,
)

ANSWERS = [
    "Resposta automática: Erro na nota",
    "RESPOSTA AUTOMATICA: não consigo emitir",
    "Resposta automática",
    "Auto-resposta: Pedido 12",
    "Mensagem automática de ausência",
    "Ausência temporária",
    "Ausência temporária: Ana Souza",
    "Ausência do escritório – retorno em 10/12",
    "Fora do escritório",
    "Fora do escritório até segunda",
    "Fora do escritório de 10 a 20/12",
    "Fora do gabinete - João Pereira",
    "Estou de férias até 20 de dezembro",
    "Aviso de férias",
    "[EXTERNO] Resposta automática: contrato",
    "Automatic reply: Pedido",
    "Auto Reply: Invoice",
    "AutoReply: Invoice",
    "Out of Office: Invoice",
    "Out of the office until Monday",
    "Out of Office AutoReply: Invoice",
    "I'm out of the office",
    "I’m out of office from 10 May",
    "Vacation reply",
    "AUTO: Fulano está fora do escritório (retornando 20/12/2026)",
    "AUTO: John Smith is out of the office (returning 12/20/2026)",
    "Respuesta automática: Factura",
    "Fuera de la oficina",
    "Fuera de oficina hasta el lunes",
    "Abwesenheitsnotiz: Rechnung",
    "Automatische Antwort: Rechnung",
    "Réponse automatique : Facture",
    "Risposta automatica: Fattura",
    "Absent du bureau",
]
PEOPLE = [
    "Fora do escritório não consigo acessar a VPN",
    "Fora do escritório - como acesso o sistema?",
    "Preciso configurar minha resposta automática",
    "Resposta automática não funciona",
    "Resposta automática - como configurar?",
    "RE: Resposta automática: Pedido 12",
    "Impressora fora do escritório",
    "Férias do colaborador João",
    "Estou de férias e o boleto venceu",
    "Ausência temporária de sinal na loja 3",
    "Out of office policy question",
    "Out of office printers need toner",
    "Auto: seguro do meu carro",
    "Fuera de la oficina no puedo entrar",
    "Automatic reply settings are broken",
    "",
]


@pytest.mark.parametrize("subject", ANSWERS)
def test_automatic_answers_are_known_by_their_subject(subject):
    assert is_automatic_answer(folded(subject))


@pytest.mark.parametrize("subject", PEOPLE)
def test_people_who_write_about_such_things_are_people(subject):
    assert not is_automatic_answer(folded(subject))


@pytest.mark.parametrize("subject", ["Lida: Pedido", "Lido: x", "Não lida: x", "Read: x", "Leído: x", "Gelesen: x"])
def test_receipts(subject):
    assert is_receipt(folded(subject))


@pytest.mark.parametrize("subject", ["Lido o manual e ainda com dúvida", "Read only access", "Lu: segue a nota"])
def test_no_receipts(subject):
    assert not is_receipt(folded(subject))


@pytest.mark.parametrize(
    "subject",
    [
        "Antispam UOL: confirme sua mensagem",
        "Confirmação do AntiSpam",
        "Your email requires verification verify#DfSgHhaJ1jUkbSdr",
        "Please confirm your message",
    ],
)
def test_challenges(subject):
    assert is_challenge(folded(subject))


@pytest.mark.parametrize("subject", ["Please confirm your delivery date", "Confirme meu pedido", "Antispam bloqueado"])
def test_no_challenges(subject):
    assert not is_challenge(folded(subject))


@pytest.mark.parametrize(
    "subject",
    [
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "failure notice",
        "Delivery Status Notification (Failure)",
        "DELIVERY FAILURE: User ana (ana@x.example) not listed in Domino Directory",
        "Não é possível entregar: Pedido",
        "Falha na entrega",
        "Mensagem não entregue",
        "No se puede entregar: Factura",
        "Unzustellbar: Rechnung",
    ],
)
def test_failures(subject):
    assert is_failure(folded(subject))


@pytest.mark.parametrize(
    "subject",
    [
        "Warning: message 1kZ3 delayed 24 hours",
        "Delayed Mail (still being retried)",
        "Warning: could not send message for past 4 hours",
        "Delivery Status Notification (Delay)",
        "Entrega atrasada: Pedido",
        "Atraso na entrega",
    ],
)
def test_delays(subject):
    assert is_delay(folded(subject))


def test_an_endless_subject_is_looked_at_up_to_a_limit():
    assert not is_automatic_answer(folded("a" * 1_000_000))
