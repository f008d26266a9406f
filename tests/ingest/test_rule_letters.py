"""What rules ask, offer and choose reaches the customer's letter: journal, decoding, rules, outbox, sender."""

import pytest

from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates

__all__ = ["sqlite_templates"]

RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
questions:
  cnpj: {text: "Qual é o CNPJ da empresa?", unless: {words: '/[0-9]{14}/'}}
solutions:
  segunda: {text: "A segunda via está no portal:", link: "https://portal.exemplo.com.br/boletos"}
rules:
  - name: boleto
    when: {words: boleto}
    set: {department: financeiro}
    ask: cnpj
    suggest: segunda
  - {name: elogio, when: {words: parabéns}, set: {acknowledgement: none}}
  - {name: noite, when: {words: noite}, set: {acknowledgement: noite}}
"""
QUESTION = "Qual é o CNPJ da empresa?"


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    folder = tmp_path / "house"
    folder.mkdir()
    own = tmp_path / "letters" / "pt-BR"
    own.mkdir(parents=True)
    (own / "noite.body.txt").write_text("Boa noite! Seu número é #{{ ticket }}.\n", encoding="utf-8")
    budgets = f'{{per_address: 10, per_domain: 200, all: 10000}}, templates: "{tmp_path / "letters"}"'
    async with house_in(folder, templates=sqlite_templates, rules=RULES, budgets=budgets) as made:
        yield made


async def letter_for(house, body):
    await house.mail(body)
    await house.work()
    await house.dispatch()
    (letter,) = house.letters()
    return letter


def bodies(letter):
    return [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]


async def test_a_question_and_a_solution_are_in_every_part_of_the_letter(house):
    letter = await letter_for(house, "o boleto venceu")

    assert len(bodies(letter)) == 2
    for body in bodies(letter):
        assert QUESTION in body
        assert "https://portal.exemplo.com.br/boletos" in body


async def test_what_the_customer_has_said_is_not_asked(house):
    letter = await letter_for(house, "o boleto do CNPJ 12345678000190 venceu")

    assert all(QUESTION not in body and "portal.exemplo" in body for body in bodies(letter))


async def test_other_letters_ask_nothing(house):
    letter = await letter_for(house, "bom dia")

    assert all(QUESTION not in body and "portal.exemplo" not in body for body in bodies(letter))


async def test_the_letter_that_a_rule_names_is_sent(house):
    letter = await letter_for(house, "escrevo tarde da noite")
    (ticket,) = await house.tickets()

    assert bodies(letter)[0].split() == ["Boa", "noite!", "Seu", "número", "é", f"#{ticket['number']}."]


async def test_a_rule_that_wants_no_letter_has_none_sent_and_tells_why(house):
    await house.mail("parabéns pelo trabalho")
    await house.work()
    await house.dispatch()

    assert house.letters() == []
    assert await house.answers() == ["rule"]
