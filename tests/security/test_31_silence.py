"""Attack 31: whom nobody answers, and why: every mail below is filed, and its silence has its reason."""

import pytest

from tests.pipeline import ANA, SUPPORT, raws_of
from tests.security.outbox import Recorder

REPORT = 'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n'
BODY = "--b\r\nContent-Type: text/plain\r\n\r\noi\r\n--b--"

CASES = [
    # reason, envelope sender, header lines
    ("automatic_bounce", "", f"From: {ANA}\r\n"),
    ("automatic_bounce", "MAILER-DAEMON@mx.example", "From: MAILER-DAEMON@mx.example\r\n"),
    ("automatic_bounce", "", "From: Mail Delivery <mailer-daemon@mx.example>\r\nSubject: Undelivered Mail\r\n"),
    ("automatic_bounce", ANA, f"From: {ANA}\r\nX-Failed-Recipients: x@y.example\r\n"),
    ("automatic_bounce", ANA, f"From: {ANA}\r\n{REPORT.format(kind='delivery-status')}"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\n{REPORT.format(kind='disposition-notification')}"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\n{REPORT.format(kind='feedback-report')}"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nSubject: Lido: sua mensagem\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nAuto-Submitted: auto-generated\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nAuto-Submitted: auto-replied (vacation)\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nX-Autoreply: yes\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nSubject: Fora do escritório até segunda\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nSubject: Automatic reply: Pedido\r\n"),
    ("automatic_list", ANA, f"From: {ANA}\r\nList-Id: <lista.example>\r\n"),
    ("automatic_list", ANA, f"From: {ANA}\r\nPrecedence: list\r\n"),
    ("automatic_bulk", ANA, f"From: {ANA}\r\nPrecedence: bulk\r\n"),
    ("automatic_bulk", ANA, f"From: {ANA}\r\nPrecedence: junk\r\n"),
    ("automatic_bulk", ANA, f"From: {ANA}\r\nList-Unsubscribe: <mailto:x@y.example>\r\n"),
    ("automatic_bulk", ANA, f"From: {ANA}\r\nX-Auto-Response-Suppress: All\r\n"),
    ("automatic_own", ANA, f"From: {SUPPORT}\r\n"),
    ("own_address", SUPPORT, f"From: {ANA}\r\n"),
    ("own_address", "suporte+x@exemplo.com.br", f"From: {ANA}\r\n"),
    ("own_address", "FINANCEIRO@EXEMPLO.COM.BR", f"From: {ANA}\r\n"),
    ("own_address", "qualquer@ajuda.exemplo.com.br", "From: qualquer@ajuda.exemplo.com.br\r\n"),
    ("own_address", "postmaster@exemplo.com.br", f"From: {ANA}\r\n"),
    ("role_address", "owner-lista@lista.example", f"From: {ANA}\r\n"),
    ("role_address", "lista-owner@lista.example", f"From: {ANA}\r\n"),
    ("role_address", "lista-request@lista.example", f"From: {ANA}\r\n"),
    ("role_address", "bounces+123-ana=cliente.example@envio.example", f"From: {ANA}\r\n"),
    ("role_address", "bounce-55@envio.example", f"From: {ANA}\r\n"),
    ("role_address", "prvs=0123456789=ana@cliente.example", f"From: {ANA}\r\n"),
    ("role_address", "no-reply@loja.example", "From: Loja <no-reply@loja.example>\r\n"),
    ("role_address", "noreply@loja.example", "From: Loja <noreply@loja.example>\r\n"),
    ("role_address", "nao-responda@loja.example", "From: Loja <nao-responda@loja.example>\r\n"),
    ("role_address", "Do_Not_Reply@loja.example", "From: Loja <do_not_reply@loja.example>\r\n"),
    ("role_address", "postmaster@cliente.example", "From: postmaster@cliente.example\r\n"),
    ("role_address", "root@servidor.example", "From: root@servidor.example\r\n"),
    ("role_address", "loja.noreply@loja.example", f"From: {ANA}\r\n"),
    ("role_address", "no-responder@tienda.example", f"From: {ANA}\r\n"),
    ("role_address", "não-responda@loja.example", f"From: {ANA}\r\n"),
    ("role_sender", "0102017a-000000@envio.example", "From: Loja <no-reply@loja.example>\r\n"),
    ("role_sender", ANA, "From: bounces+17@envio.example\r\n"),
    ("role_sender", ANA, "From: owner-lista@lista.example\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nSubject: Ausência temporária\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nSubject: Respuesta automática: hola\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nSubject: AntiSpam UOL\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nX-OTRS-Loop: yes\r\n"),
    ("automatic_auto_reply", ANA, f"From: {ANA}\r\nX-MS-Exchange-Inbox-Rules-Loop: {ANA}\r\n"),
    ("automatic_bounce", "postmaster@mx.example", "From: postmaster@mx.example\r\nSubject: Falha na entrega\r\n"),
    ("mail_loop", ANA, f"From: {ANA}\r\n" + "Received: from a by b\r\n" * 101),
]


async def test_each_of_them_is_filed_and_nothing_is_sent(house):
    expected = {}
    for number, (reason, envelope, head) in enumerate(CASES):
        receipt = await house.mail(BODY, head=f"{head}Message-ID: <{number}@x.example>\r\n", envelope=envelope)
        expected[receipt.raw_id] = (head, reason)
    await house.work()
    recorder = Recorder()
    await house.dispatch({"email": recorder})

    assert recorder.messages == []
    filed = {raw_id: ticket["acknowledgements"] for ticket in await house.tickets() for raw_id in raws_of(ticket)}
    found = {raw_id: (expected[raw_id][0], *(answer["reason"] for answer in filed[raw_id])) for raw_id in expected}
    assert found == expected


@pytest.mark.parametrize("asked", ["postmaster@exemplo.com.br", "abuse@exemplo.com.br", "Abuse@ajuda.exemplo.com.br"])
async def test_who_writes_to_a_role_mailbox_is_heard_and_not_answered_by_a_machine(house, asked):
    await house.mail(to=asked)
    await house.work()

    assert await house.answers() == ["role_mailbox"]


async def test_the_same_message_again_and_a_reply_are_not_acknowledged_again(house):
    await house.mail()
    await house.work()
    await house.dispatch()
    await house.mail("mais uma coisa", to=house.letters()[0]["Reply-To"])
    await house.work()

    assert await house.answers() == ["sent", "already_acknowledged"]


@pytest.mark.parametrize("subject", ["Fora do escritório não consigo acessar", "Lido o manual, não funciona"])
async def test_a_person_who_writes_of_such_things_is_answered(house, subject):
    head = f"From: {ANA}\r\nSubject: {subject}\r\nMessage-ID: <p@cliente.example>\r\n"
    await house.mail(head=head)
    await house.work()

    assert await house.answers() == ["pending"]


async def test_calls_and_unanswerable_chats_say_that_there_is_no_way_back(house):
    call = {
        "event": "missed",
        "call_id": "c-1",
        "direction": "inbound",
        "from": "+5511912345678",
        "to": "+551140001000",
    }
    await house.json("telefone", call)
    await house.work()

    assert await house.answers() == ["a call has no return path"]


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Auto-Submitted: no\r\n",
        "Auto-Submitted: no (by hand)\r\n",
        "Precedence: normal\r\n",
        "X-MS-Exchange-Inbox-Rules-Loop: contato@outra.example\r\n",
        "X-Auto-Response-Suppress: DR, RN\r\n",
    ],
)
async def test_an_ordinary_customer_is_answered(house, lines):
    """The control: a table of silences proves nothing if everything is silent."""
    await house.mail(headers=lines)
    await house.work()

    assert await house.answers() == ["pending"]
