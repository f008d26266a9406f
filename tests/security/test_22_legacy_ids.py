"""Attack 22: forms of ids that other desks take, or once took, prove nothing here and reach nobody's ticket."""

import pytest

from tests.pipeline import ANA, SUPPORT, raws_of

MALLORY = "mallory@evil.example"


@pytest.fixture
async def victim(house):
    return await house.ticket_of(await house.mail("Caso sigiloso."))


HEADS = {
    "number in the plus-tag": ("suporte+{n}@exemplo.com.br", ""),
    "ticket- in the plus-tag": ("suporte+ticket-{n}@exemplo.com.br", ""),
    "number and a hash": ("suporte+{n}-0123456789abcdef@exemplo.com.br", ""),
    "conversation id": (SUPPORT, "References: <conversation-{n}-1@exemplo.com.br>\r\n"),
    "our Message-ID without its digest": (SUPPORT, "In-Reply-To: <balcao.{n}@exemplo.com.br>\r\n"),
    "our Message-ID with a digest of zeros": (SUPPORT, "In-Reply-To: <balcao.{n}." + "0" * 24 + "@exemplo.com.br>\r\n"),
    "bracketed with a word": (SUPPORT, "Subject: [Ticket#{n}]\r\n"),
    "number in a header": (SUPPORT, "X-Ticket-ID: {n}\r\nX-Balcao-Ticket: {n}\r\nX-RT-Ticket: exemplo #{n}\r\n"),
    "Thread-Index": (SUPPORT, "Thread-Index: {n}\r\nThread-Topic: [#{n}]\r\n"),
    "reply marker in the text": (SUPPORT, "X-Loop: {n}\r\n"),
}


@pytest.mark.parametrize("way", HEADS)
@pytest.mark.parametrize("sender", [ANA, MALLORY])
async def test_no_other_form_of_id_joins(house, victim, way, sender):
    to, lines = (text.format(n=victim["number"]) for text in HEADS[way])
    receipt = await house.mail("oi [#{n}]", head=f"From: {sender}\r\n{lines}", to=to, envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] != victim["number"]
    assert raws_of(await house.ticket(victim["number"])) == raws_of(victim)


@pytest.mark.parametrize(
    "header", ["X-Department", "X-Priority", "X-Zammad-Ticket-Priority", "X-RT-Queue", "X-Balcao-State"]
)
async def test_a_header_commands_nothing(house, header):
    receipt = await house.mail("olá", headers=f"{header}: financeiro\r\n{header}: Alta\r\n")
    ticket = await house.ticket_of(receipt)

    assert (ticket["department"], ticket["priority"], ticket["state"]) == ("suporte", "Baixa", "new")
