"""Every condition of the language, one line per thing it must and must not match."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.facts import AttachmentFacts
from tests.triage.samples import facts, matches
from triage.vocabulary import CONDITIONS

PDF = AttachmentFacts(name="Boleto.PDF", content_type="application/pdf", size=6_000_000)
CALL = {"call.answered": False, "call.waited_s": 75, "call.queue": "Cobrança", "call.id": 7, "call.rate": 2.5}

TABLE = [
    ("{words: boleto}", facts(subject="Boleto"), True),
    ("{words: boleto}", facts("meu boleto"), True),
    ("{words: [boleto, pix]}", facts("fiz um PIX"), True),
    ("{words: boleto}", facts("nada", sender_name="Boleto"), False),
    ("{subject: boleto}", facts("boleto"), False),
    ("{text: boleto}", facts(subject="boleto"), False),
    ("{words: segunda via}", facts("via", subject="segunda"), False),
    ("{sender_name: vendas}", facts(sender_name="Equipe de Vendas"), True),
    ("{sender: ana@exemplo.com}", facts(sender="Ana@Exemplo.com"), True),
    ("{sender: '*@exemplo.com'}", facts(sender="ana@exemplo.com"), True),
    ("{sender: '*@exemplo.com'}", facts(sender="ana@exemplo.com.br"), False),
    ("{sender: /^no-?reply@/}", facts(sender="noreply@x.example"), True),
    ("{sender: [5511999, 5511888]}", facts(sender="5511888"), True),
    ("{sender_domain: exemplo.com}", facts(sender="ana@EXEMPLO.com"), True),
    ("{sender_domain: exemplo.com}", facts(sender="ana@sub.exemplo.com"), False),
    ("{sender_domain: '*.exemplo.com'}", facts(sender="ana@sub.exemplo.com"), True),
    ("{sender_domain: '5511999'}", facts(sender="5511999"), False),
    ("{recipient: 'financeiro@*'}", facts(recipients=("x@y.example", "Financeiro@y.example")), True),
    ("{recipient: suporte@y.example}", facts(recipients=("suporte+abc@y.example",)), True),
    ("{recipient: suporte+abc@y.example}", facts(recipients=("suporte+abc@y.example",)), True),
    ("{channel: [email, chat]}", facts(channel="chat"), True),
    ("{channel: chat}", facts(), False),
    ("{medium: call}", facts(medium="call"), True),
    ("{medium: [mail, chat]}", facts(medium="call"), False),
    ("{automated: true}", facts(automated="bounce"), True),
    ("{automated: true}", facts(), False),
    ("{automated: false}", facts(), True),
    ("{automated: [list, bulk]}", facts(automated="list"), True),
    ("{automated: auto_reply}", facts(automated="list"), False),
    ("{is_reply: true}", facts(is_reply=True), True),
    ("{is_reply: false}", facts(is_reply=True), False),
    ("{attachment_name: '*.pdf'}", facts(attachments=(PDF,)), True),
    ("{attachment_name: '*.xml'}", facts(attachments=(PDF,)), False),
    ("{attachment_type: application/pdf}", facts(attachments=(PDF,)), True),
    ("{attachment_type: 'image/*'}", facts(attachments=(PDF,)), False),
    ("{attachment_type: 'image/*'}", facts(attachments=(replace(PDF, sniffed_type="image/png"),)), True),
    ("{attachment_type: application/pdf}", facts(attachments=(replace(PDF, sniffed_type="image/png"),)), True),
    ("{trait: {mail.encrypted: smime}}", facts(traits={"mail.encrypted": "smime"}), True),
    ("{trait: {mail.encrypted: smime}}", facts(), False),
    ("{trait: {mail.tnef: 'damaged*'}}", facts(traits={"mail.tnef": "damaged: cut"}), True),
    ("{attachment_count: 1}", facts(attachments=(PDF,)), True),
    ("{attachment_count: 0}", facts(), True),
    ("{attachment_count: {gt: 1}}", facts(attachments=(PDF,)), False),
    ("{attachment_count: {gte: 1, lt: 3}}", facts(attachments=(PDF, PDF)), True),
    ("{attachment_count: {lte: 1}}", facts(attachments=(PDF, PDF)), False),
    ("{attachment_count: {between: [2, 4]}}", facts(attachments=(PDF,) * 4), True),
    ("{attachment_size: {gt: 5MB}}", facts(attachments=(PDF,)), True),
    ("{attachment_size: {gt: 7000000}}", facts(attachments=(PDF,)), False),
    ("{attachment_size: {gte: 0}}", facts(), False),
    ("{shouting: true}", facts("ESTOU ESPERANDO HÁ DIAS"), True),
    ("{shouting: false}", facts("bom dia"), True),
    ("{capitals: {gte: 50}}", facts("ABCDEFGHIJ abcdefghij"), True),
    ("{exclamations: {gt: 2}}", facts("ah!! e agora!"), True),
    ("{trait: {call.answered: false}}", facts(traits=CALL), True),
    ("{trait: {call.answered: true}}", facts(traits=CALL), False),
    ("{trait: {call.answered: false}}", facts(), False),
    ("{trait: {call.answered: false}}", facts(traits={"call.answered": 0}), False),
    ("{trait: {call.waited_s: {gt: 60}}}", facts(traits=CALL), True),
    ("{trait: {call.waited_s: {gt: 2m}}}", facts(traits=CALL), False),
    ("{trait: {call.waited_s: 75}}", facts(traits=CALL), True),
    ("{trait: {call.waited_s: 75}}", facts(traits={"call.waited_s": 75.0}), True),
    ("{trait: {call.rate: 2.5}}", facts(traits=CALL), True),
    ("{label: {cluster: 'prod*'}}", facts(traits={"label.cluster": "prod-1"}), True),
    ("{label: {cluster: [test, lab]}}", facts(traits={"label.cluster": "prod-1"}), False),
    ("{trait: {label.cluster: prod-1}}", facts(traits={"label.cluster": "prod-1"}), True),
    ("{label: {cluster: prod-1}}", facts(traits={"cluster": "prod-1"}), False),
    ("{trait: {call.queue: [vendas, cobranca]}}", facts(traits=CALL), True),
    ("{trait: {call.queue: 'cob*'}}", facts(traits=CALL), True),
    ("{trait: {call.queue: {gt: 1}}}", facts(traits=CALL), False),
    ("{trait: {call.answered: {gte: 0}}}", facts(traits=CALL), False),
    ("{trait: {call.answered: false, call.queue: vendas}}", facts(traits=CALL), False),
    ("{trait: {text: boleto}}", facts("boleto"), False),
    ("{header: {x-priority: '1'}}", facts(headers={"x-priority": "1"}), True),
    ("{header: {x-priority: 1}}", facts(headers={"x-priority": "1"}), True),
    ("{header: {list-id: '*avisos*'}}", facts(headers={"list-id": "<Avisos.exemplo.com>"}), True),
    ("{header: {importance: high}}", facts(traits={"importance": "high"}), False),
    ("{header: {importance: [low, high], x-priority: '/^[12]/'}}", facts(headers={"importance": "High"}), False),
    ("{contact_class: ouro}", facts(contact_class="Ouro"), True),
    ("{contact_class: [ouro, prata]}", facts(), False),
    ("{contact_plan: 'comp*'}", facts(contact_plan="completo"), True),
    ("{conversation_age: {gte: 1h}}", facts(conversation_age=3600.0), True),
    ("{conversation_age: {gt: 1h}}", facts(conversation_age=3600.0), False),
    ("{conversation_age: 0}", facts(), True),
    ("{conversation_age: {between: [1d, 3d]}}", facts(conversation_age=2.5 * 86400), True),
    ("{message_count: {gte: 3}}", facts(message_count=3), True),
    ("{message_count: 1}", facts(), True),
    ("{weekday: mon}", facts(), True),
    ("{weekday: [sat, sun]}", facts(), False),
    ("{weekday: sun}", facts(received_at=datetime(2026, 1, 5, 2, 59, tzinfo=UTC)), True),
    ("{hours: {is: open}}", facts(), True),
    ("{hours: {calendar: loja, is: closed}}", facts(), False),
    ("{hours: {is: closed}}", facts(received_at=datetime(2026, 1, 5, 21, 0, tzinfo=UTC)), True),
    ("{hours: {is: closed}}", facts(received_at=datetime(2026, 9, 7, 15, 0, tzinfo=UTC)), True),
    ("{hours: {is: holiday}}", facts(received_at=datetime(2026, 9, 7, 15, 0, tzinfo=UTC)), True),
    ("{words: [x, {list: dinheiro}]}", facts("o boleto"), True),
    ("{words: {list: [gente, dinheiro]}}", facts("ana@x.example"), True),
    ("{sender: {list: gente}}", facts(sender="Ana@x.example"), True),
    ("{sender: {list: dinheiro}}", facts(sender="ana@x.example"), False),
    ("{trait: {call.queue: {list: dinheiro}}}", facts(traits={"call.queue": "PIX"}), True),
    ("{is: urgente}", facts("é urgente"), True),
    ("{is: [calmo, urgente]}", facts("é urgente"), True),
    ("{is: calmo}", facts("é urgente"), False),
    ("{all: [{words: a}, {words: b}]}", facts("a b"), True),
    ("{all: [{words: a}, {words: b}]}", facts("a"), False),
    ("{any: [{words: a}, {words: b}]}", facts("b"), True),
    ("[{words: a}, {words: b}]", facts("b"), True),
    ("{words: a, subject: b}", facts("a", subject="b"), True),
    ("{words: a, subject: b}", facts("a"), False),
    ("{not: {words: a}}", facts("b"), True),
    ("{not: [{words: a}, {words: b}]}", facts("b"), False),
    ("{not: {not: {words: a}}}", facts("a"), True),
    ("{any: [{not: {words: a}}, {words: b}]}", facts("c"), True),
    ("{words: urgente, not: {words: não é urgente}}", facts("Não é urgente"), False),
]
NAMED = "urgente: {words: urgente}\ncalmo: {not: {is: urgente}}"
SECTIONS = """\
calendars: {loja: {hours: {mon-fri: 08:00-18:00}, holidays: {}}}
lists: {dinheiro: [boleto, pix], gente: [ana@x.example]}
"""


@pytest.mark.parametrize(("condition", "given", "holds"), TABLE)
def test_condition(condition, given, holds):
    assert matches(condition, given, define=NAMED, sections=SECTIONS) is holds


def test_the_table_tries_every_condition():
    tried = {name for name in CONDITIONS if any(f"{name}:" in condition for condition, _, _ in TABLE)}

    assert tried | {"tag"} == set(CONDITIONS)  # tags need a rule before: tests/triage/test_engine.py


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -(10**400), 10**400])
def test_numbers_beyond_reason_are_compared_without_an_error(number):
    given = facts(traits={"n": number})

    assert matches("{trait: {n: {gt: 5}}}", given) is (number > 5)
    assert matches("{trait: {n: 5}}", given) is False
