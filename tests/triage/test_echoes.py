"""The same words again: machines are known by them, people who happen to say alike are not."""

import random
import string

import pytest

from tests.samples import mail
from triage.echoes import FEW, Echoes, scopes_of, words_of

ROBOT = "Obrigado pelo seu contato. Recebemos sua mensagem e responderemos em breve, com o protocolo {n}."
WISHES = [
    "Bom dia, preciso da segunda via do boleto de março, o que recebi veio com o valor errado.",
    "Bom dia, não consigo acessar o sistema desde ontem, aparece a mensagem de senha expirada.",
    "Bom dia, gostaria de agendar uma visita técnica para instalar o novo ponto de venda da loja.",
    "Bom dia, a nota fiscal 1234 foi emitida com o CNPJ errado, como faço para cancelar?",
    "Bom dia, segue o comprovante do pagamento que fizemos hoje, por favor confirmem o recebimento.",
    "Bom dia, a impressora fiscal parou de responder depois da atualização de ontem à noite.",
]


def answered(interactions, limit=3):
    """How many of these, one after the other, would be acknowledged."""
    echoes, count = Echoes(limit), 0
    for interaction in interactions:
        words = words_of(interaction)
        if not echoes.repeats(interaction, words):
            echoes.note(words)
            count += 1
    return count


def one_byte_off(text, rng):
    at = rng.randrange(len(text))
    return rng.choice([text[:at] + rng.choice(string.ascii_letters) + text[at + 1 :], text[:at] + text[at + 1 :],
                       text[:at] + rng.choice(string.ascii_letters) + text[at:]])  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("text", [ROBOT, ROBOT * 5, "Estou de férias até segunda-feira, volto em breve."])
def test_a_robot_that_changes_one_byte_and_its_address_stops_at_three(seed, text):
    rng = random.Random(seed)
    mails = [
        mail(sender=f"robo{n}@robos.example", subject=f"Protocolo {n}", text=one_byte_off(text.format(n=n), rng))
        for n in range(50)
    ]
    assert answered(mails) == 3


def test_one_that_changes_its_domain_too_is_known_when_it_answers():
    mails = [
        mail(sender=f"r@robos{n}.example", subject=f"Re: [#{n}] Recebemos", text=ROBOT.format(n=n)) for n in range(50)
    ]
    assert answered(mails) == 3


def test_customers_who_all_send_the_same_prepared_words_are_all_answered():
    """A mailto: link with a body: from everywhere, and from freemail, where a domain says nothing."""
    words = {
        "subject": "Cancelamento",
        "text": "Solicito o cancelamento da minha assinatura do plano mensal, por favor.",
    }
    assert answered([mail(sender=f"c@empresa{n}.example", **words) for n in range(20)]) == 20
    assert answered([mail(sender=f"c{n}@gmail.com", **words) for n in range(20)]) == 20


def test_different_requests_of_one_company_are_all_answered():
    mails = [mail(sender=f"u{n}@empresa.example", subject="Ajuda", text=wish) for n, wish in enumerate(WISHES * 1)]
    assert answered(mails) == len(WISHES)


def test_few_words_count_for_one_address_only():
    short = {"subject": "Boleto", "text": "Segue anexo."}
    assert answered([mail(sender=f"u{n}@empresa.example", **short) for n in range(20)]) == 20
    assert answered([mail(sender="u@empresa.example", **short) for n in range(20)]) == 3


def test_it_can_be_switched_off():
    assert answered([mail() for _ in range(20)], limit=None) == 20


@pytest.mark.parametrize("text", ["", "123 456", "?!"])
def test_a_mail_without_letters_repeats_nothing(text):
    assert answered([mail(subject="", text=text) for _ in range(20)]) == 20


def test_scopes():
    assert scopes_of("Ana+1@Cliente.example") == ("cliente.example", "ana@cliente.example")
    assert scopes_of("ana@gmail.com") == ("ana@gmail.com", "ana@gmail.com")
    assert words_of(mail(subject="a" * FEW, text="")).scope == "cliente.example"
    assert words_of(mail(subject="a" * (FEW - 1), text="")).scope == "ana@cliente.example"
    assert words_of(mail(return_path=None)) is None
