"""What a department asks of everybody reaches the customer in the acknowledgement, on every channel, once."""

from datetime import UTC, datetime

import pytest

from domain.facts import Facts
from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates, templates
from tests.triage.samples import rules_of
from triage.engine import judge
from triage.explain import as_json, explain

__all__ = ["sqlite_templates", "templates"]

RULES = """\
version: 1
departments:
  suporte: {name: Suporte, ask: [versao, tela]}
  financeiro: Financeiro
default: {department: suporte, priority: Baixa}
questions:
  versao:
    text: Qual é a versão do sistema?
    unless: {words: versão}
  tela: Em que tela isso acontece?
  cnpj: Qual é o CNPJ?
rules:
  - name: boleto
    when: {words: boleto}
    set: {department: financeiro}
    ask: cnpj
"""


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates, rules=RULES) as made:
        yield made


def said(text):
    return Facts(channel="site", medium="chat", text=text, occurred_at=datetime.now(UTC))


def asked(text):
    verdict = judge(rules_of(RULES), said(text))
    return [(question.name, question.rule) for question in verdict.questions]


def test_the_department_that_gets_the_ticket_asks_its_own_questions():
    assert asked("não abre") == [("versao", "departments.suporte"), ("tela", "departments.suporte")]
    assert asked("cadê o boleto") == [("cnpj", "boleto")]


def test_what_was_said_already_is_not_asked():
    assert asked("na versão 3.2 não abre") == [("tela", "departments.suporte")]


def test_the_explanation_shows_where_the_department_asks_and_what_is_left_out():
    told = as_json(explain(rules_of(RULES), said("versão 3")))

    assert [(one["value"], one["rule"], one["position"]["line"]) for one in told["questions"]] == [
        ("tela", "departments.suporte", 3)
    ]
    assert [one["value"] for one in told["left_out"]] == ["versao"]
    assert told["applied"] == []


@pytest.mark.parametrize("way", ["chat", "mail", "telegram"])
async def test_the_acknowledgement_asks_on_every_channel(house, way):
    if way == "telegram":
        who = {"id": 7, "first_name": "Ana"}
        message = {"message_id": 1, "date": int(datetime.now(UTC).timestamp()), "text": "não abre", "from": who}
        await house.json("bot", {"update_id": 1, "message": {**message, "chat": {"id": 7, "type": "private"}}})
    else:
        await (house.chat("não abre") if way == "chat" else house.mail("não abre"))
    await house.work()
    (row,) = await house.outgoing()

    assert "Qual é a versão do sistema?" in row["text"]
    assert "Em que tela isso acontece?" in row["text"]
    assert "CNPJ" not in row["text"]
