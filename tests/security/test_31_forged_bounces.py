"""Bounces, the whole way: they find the message that bounced and mark its address; forged ones mark nobody."""

import json
from datetime import UTC, datetime

import pytest

from domain.interaction import Medium
from domain.reply import Answered
from store import replying
from tests.pipeline import ANA, SUPPORT
from tests.samples import MAILBOX
from triage.reply import plan_reply
from triage.token import sign_bounce

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.cliente.example>\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <{number}@mx.cliente.example>\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
\r
Nao deu.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.cliente.example\r
\r
Final-Recipient: rfc822; {recipient}\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; 550 5.1.1 User unknown\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: {returned}\r
--b--\r
"""


async def replied(house):
    """A ticket of Ana's that an agent has answered; the letter that went out, and its envelope sender."""
    await house.mail()
    await house.work()
    key = house.pipeline._clerk.policy.token_key

    def unit(connection):
        state = replying.state_of(connection, 1)
        reply = plan_reply(
            replying.answered(connection, 1), number=replying.next_number(connection), text="Tente de novo.",
            attachments=(), language="pt-BR", mailbox=house.channels["email"].mailbox,
            own=[house.channels["email"].mailbox], key=key,
        )  # fmt: skip
        replying.record(connection, reply, state, "bia", datetime.now(UTC))
        return reply

    reply = await house.database.write(unit)
    await house.dispatch()
    return reply


async def report(house, *, to=SUPPORT, recipient=ANA, returned="<nenhum@x.example>", action="failed", status="5.1.1"):
    content = REPORT.format(
        to=to,
        recipient=recipient,
        returned=returned,
        action=action,
        status=status,
        number=datetime.now(UTC).timestamp(),
    )
    await house.accept_mail(content.encode(), envelope="", to=to)
    await house.work()
    return await house.ticket(1)


def reply_of(ticket):
    return next(one for one in ticket["messages"] if one["direction"] == "out")["sending"]


async def test_by_its_signed_envelope_sender_a_bounce_finds_the_reply_and_marks_the_address(house):
    reply = await replied(house)
    assert reply.envelope_sender.startswith("bounces+")
    ticket = await report(house, to=reply.envelope_sender)

    (failing,) = ticket["failing"]
    assert (failing["address"], failing["status"], failing["times"]) == (ANA, "5.1.1", 1)
    assert failing["reason"] == "bounced: 5.1.1 550 5.1.1 User unknown"
    assert reply_of(ticket)["state"] == "failed"
    assert [event["to"] for event in ticket["history"] if event["what"] == "bounced"] == [ANA]
    assert ticket["messages"][-1]["automated"] == "bounce"
    assert ticket["state"] == "waiting", "a bounce reopens nothing"
    await house.dispatch()
    assert len(house.letters()) == 2, "nobody answers a bounce"


async def test_without_it_the_returned_message_id_finds_it(house):
    reply = await replied(house)
    ticket = await report(house, returned=reply.message_id)

    assert [one["address"] for one in ticket["failing"]] == [ANA]
    assert reply_of(ticket)["state"] == "failed"


async def test_the_same_bounce_twice_is_one_line_in_the_history(house):
    reply = await replied(house)
    for _ in range(2):
        ticket = await report(house, to=reply.envelope_sender)

    assert ticket["failing"][0]["times"] == 2
    assert [event["what"] for event in ticket["history"]].count("bounced") == 1


async def test_a_delay_is_filed_and_marks_nobody(house):
    reply = await replied(house)
    ticket = await report(house, to=reply.envelope_sender, action="delayed", status="4.4.1")

    assert ticket["failing"] == []
    assert reply_of(ticket)["state"] == "sent"
    assert ticket["messages"][-1]["automated"] == "bounce"


@pytest.mark.parametrize(
    ("forged", "signs_with"),
    [
        ({"recipient": "vitima@alvo.example"}, None),
        ({"recipient": ANA, "returned": "<balcao.1.ffffffffffffffffffffffff@exemplo.com.br>"}, None),
        ({"recipient": ANA}, b"not our key"),
    ],
)
async def test_a_forged_bounce_marks_nobody_and_fails_nothing(house, forged, signs_with):
    reply = await replied(house)
    if signs_with:
        forged = forged | {"to": f"bounces+{sign_bounce(signs_with, 1, reply.number)}@exemplo.com.br"}
    elif "returned" not in forged:
        forged = forged | {"returned": reply.message_id}
    ticket = await report(house, **forged)

    assert ticket["failing"] == []
    assert reply_of(ticket)["state"] == "sent"
    marked = await house.database.read(
        lambda connection: connection.exec_driver_sql("SELECT address FROM failing_addresses").fetchall()
    )
    assert marked == []


async def test_whoever_writes_again_from_a_failing_address_is_given_another_chance(house):
    reply = await replied(house)
    assert (await report(house, to=reply.envelope_sender))["failing"]
    await house.mail("voltei", to=reply.reply_to)
    await house.work()

    assert (await house.ticket(1))["failing"] == []


async def test_a_vacation_answer_to_the_envelope_sender_is_held_on_its_ticket(house):
    """RFC 3834 sends it there, without In-Reply-To at times."""
    reply = await replied(house)
    head = f"From: {ANA}\r\nAuto-Submitted: auto-replied\r\nSubject: Ausente\r\nMessage-ID: <f@x.example>\r\n"
    await house.mail("Volto segunda.", head=head, envelope="", to=reply.envelope_sender)
    await house.work()

    ticket = await house.ticket(1)
    assert ticket["messages"][-1]["text"] == "Volto segunda."
    assert ticket["state"] == "waiting"
    assert json.dumps(ticket["failing"]) == "[]"


def test_an_answer_goes_to_reply_to_unless_that_is_ourselves():
    def to(*reply_to):
        answered = Answered(
            ticket=1, channel="email", medium=Medium.MAIL, sender=ANA, reply_to=reply_to, subject="RE: a"
        )
        return plan_reply(
            answered, number=2, text="x", attachments=(), language="en", mailbox=MAILBOX, own=[MAILBOX], key=b"k"
        )  # fmt: skip

    assert to("outra@cliente.example").to == "outra@cliente.example"
    assert to(MAILBOX.address).to == ANA
    assert to("a@b.example", "c@d.example").to == ANA
    assert to().subject == "Re: a"
