"""Attack 16, the whole way in: a loop becomes a ticket that people see, and nothing is sent."""

import pytest

from tests.pipeline import SUPPORT

OURS = "<balcao.1.0123456789abcdef01234567@exemplo.com.br>"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("Received: from a by b; Mon, 2 Mar 2026 08:00:00 -0300\r\n" * 101 + "From: a@b.example\r\n", "mail_loop"),
        (f"From: ana@cliente.example\r\nMessage-ID: {OURS}\r\n", "automatic_own"),
        (f"From: {SUPPORT}\r\n", "automatic_own"),
        ("From: Financeiro <FINANCEIRO+x@exemplo.com.br>\r\n", "automatic_own"),
        ("From: qualquer@ajuda.exemplo.com.br\r\n", "own_address"),
    ],
)  # fmt: skip
async def test_a_loop_is_recorded_and_not_answered(house, head, reason):
    sender = "qualquer@ajuda.exemplo.com.br" if reason == "own_address" else "ana@cliente.example"
    receipt = await house.mail(head=head + "Subject: oi\r\n", envelope=sender)

    ticket = await house.ticket_of(receipt)
    assert ticket["messages"][0]["text"] == "Olá."
    assert await house.answers() == [reason]


async def test_our_own_acknowledgement_coming_back_ends_there(house):
    """A forwarding rule of the customer sends our answer back to us, from him or from us."""
    await house.mail()
    await house.work()
    await house.dispatch()
    (answer,) = house.letters()
    for sender in (SUPPORT, "ana@cliente.example", ""):
        await house.accept_mail(answer.as_bytes(), envelope=sender)

    await house.work()
    await house.dispatch()
    assert len(house.letters()) == 1
    reasons = await house.answers()
    assert reasons[0] == "sent"
    assert all(reason != "sent" for reason in reasons[1:])
