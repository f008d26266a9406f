"""Attack 26, the ticket trick: what a third party sends to confirm an address never lands where a customer may read.

Mallory has an open ticket, signs up elsewhere with the support address, or with the address of his own ticket.
"""

import pytest

from tests.pipeline import SUPPORT, raws_of

MALLORY, ROBOT = "mallory@evil.example", "no-reply@terceiro.example"
MAILS = {
    "pt": ("Seu código de verificação", "Digite o código 774411 para confirmar seu e-mail. Se não foi você, ignore."),
    "en": ("Confirm your email address", "Click the link below to verify: https://app.terceiro.example/v?t=1"),
    "es": (
        "Verifica tu correo electrónico",
        "Haz clic en el enlace para confirmar tu cuenta: https://app.terceiro.example/",
    ),
    "invitation": ("You've been invited to join Exemplo", "Accept: https://app.terceiro.example/join"),
    "code in the subject": ("482913 is your login code", "It expires in 10 minutes."),
}


@pytest.fixture
async def his(house):
    ticket = await house.ticket_of(await house.mail("Sou cliente.", sender=MALLORY))
    await house.dispatch()
    return ticket


def ways(house, his):
    """Recipient and lines by which the mail could find Mallory's ticket."""
    letter = house.letters()[0]
    return {
        "support address": (SUPPORT, ""),
        "address of his ticket": (letter["Reply-To"].strip("<>"), ""),
        "his token, and the number in the name he signed up with": (letter["Reply-To"].strip("<>"), "[#{n}] "),
        "the number in the name he signed up with": (SUPPORT, "[#{n}] "),
    }


WAYS = (
    "support address", "address of his ticket", "his token, and the number in the name he signed up with",
    "the number in the name he signed up with",
)  # fmt: skip
HEADERS = ("Auto-Submitted: auto-generated\r\n", "Precedence: bulk\r\n")


@pytest.mark.parametrize(
    ("language", "headers"), [*((language, "") for language in MAILS), *(("en", lines) for lines in HEADERS)]
)
@pytest.mark.parametrize("way", WAYS)
async def test_it_joins_nothing_is_flagged_and_unanswered(house, his, way, language, headers):
    subject, body = MAILS[language]
    to, before = ways(house, his)[way]
    head = (
        f"From: Terceiro <{ROBOT}>\r\nTo: {to}\r\nSubject: {before.format(n=his['number'])}{subject}\r\n{headers}"
        "Authentication-Results: mx.exemplo.com.br; dmarc=pass header.from=terceiro.example\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
    )
    ticket = await house.ticket_of(await house.mail(body, head=head, envelope=ROBOT, to=to))

    assert raws_of(await house.ticket(his["number"])) == raws_of(his), "what Mallory may read has not grown"
    assert ticket["number"] != his["number"]
    assert "verification-mail" in ticket["tags"]
    assert ticket["flagged"]
    assert any(event["what"] == "tagged" for event in ticket["history"])
    assert (await house.outgoing())[-1]["state"] == "silent"


async def test_a_service_whose_words_nobody_knows_still_does_not_join_by_a_token_if_it_mails_in_bulk(house, his):
    to = house.letters()[0]["Reply-To"].strip("<>")
    head = "From: hej@tjanst.example\r\nSubject: Hej\r\nList-Unsubscribe: <mailto:a@b.example>\r\n"
    ticket = await house.ticket_of(
        await house.mail("klicka: https://x.example", head=head, envelope="b@x.example", to=to)
    )

    assert ticket["number"] != his["number"]
    assert ticket["links"] == [his["number"]]


async def test_who_sends_such_mail_takes_no_part(house, his):
    """So no later mail of his, however proved, joins what came of it."""
    proof = "Authentication-Results: mx.exemplo.com.br; dmarc=pass header.from=terceiro.example\r\n"
    subject, body = MAILS["en"]
    head = f"{proof}From: {ROBOT}\r\nSubject: {subject}\r\nMessage-ID: <v1@terceiro.example>\r\n"
    first = await house.ticket_of(await house.mail(body, head=head, envelope=ROBOT))
    head = f"{proof}From: {ROBOT}\r\nSubject: oi\r\nIn-Reply-To: <v1@terceiro.example>\r\n"
    second = await house.ticket_of(await house.mail("tudo bem?", head=head, envelope=ROBOT))

    assert second["number"] != first["number"]


@pytest.mark.parametrize(
    "own", [SUPPORT, "financeiro@exemplo.com.br", "suporte+x@exemplo.com.br", "qualquer@ajuda.exemplo.com.br"]
)
async def test_our_own_addresses_are_answered_by_nobody_and_take_no_part(house, own):
    proof = "Authentication-Results: mx.exemplo.com.br; dmarc=pass header.from=ajuda.exemplo.com.br\r\n"
    first = await house.ticket_of(
        await house.mail("oi", head=f"{proof}From: {own}\r\nSubject: x\r\nMessage-ID: <o1@x>\r\n", envelope=own)
    )
    second = await house.ticket_of(
        await house.mail("de novo", head=f"{proof}From: {own}\r\nIn-Reply-To: <o1@x>\r\n", envelope=own)
    )

    assert first["number"] != second["number"]
    assert {row["state"] for row in await house.outgoing()} == {"silent"}
