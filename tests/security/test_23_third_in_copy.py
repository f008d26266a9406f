"""Attack 23: who stood in Cc and writes from there has no right to the ticket and learns nothing of it."""

import pytest

from tests.pipeline import ANA, SUPPORT, raws_of

BIA, SECRET = "bia@outra.example", "abacaxi"
PROVED = "Authentication-Results: mx.exemplo.com.br; dmarc=pass header.from=outra.example\r\n"


@pytest.fixture
async def victim(house):
    head = f"From: {ANA}\r\nTo: {SUPPORT}\r\nCc: Bia <{BIA}>\r\nSubject: Caso\r\nMessage-ID: <caso@cliente.example>\r\n"
    return await house.ticket_of(await house.mail(f"Minha senha é {SECRET}.", head=head))


@pytest.mark.parametrize("proof", ["", PROVED])
@pytest.mark.parametrize(
    "lines",
    [
        "In-Reply-To: <caso@cliente.example>\r\n",
        "References: <caso@cliente.example>\r\n",
        "Subject: Re: [#{n}] Caso\r\n",
    ],
)
async def test_from_there_it_is_a_ticket_of_its_own(house, victim, proof, lines):
    head = f"{proof}From: Bia <{BIA}>\r\nTo: {ANA}\r\nCc: {SUPPORT}\r\n{lines.format(n=victim['number'])}"
    ticket = await house.ticket_of(await house.mail("me conte o resto", head=head, envelope=BIA))
    await house.dispatch()

    assert ticket["number"] != victim["number"]
    assert ticket["links"] == [victim["number"]]
    assert raws_of(await house.ticket(victim["number"])) == raws_of(victim)
    to_her = [letter for letter in house.letters() if BIA in letter["To"]]
    assert len(to_her) == 1
    assert SECRET not in to_her[0].as_string()
    assert f"#{victim['number']}]" not in to_her[0].as_string()


async def test_nothing_we_write_goes_to_those_in_copy(house, victim):
    await house.dispatch()
    (letter,) = house.letters()
    assert (letter["To"].strip("<>"), letter["Cc"], letter["Bcc"]) == (ANA, None, None)


async def test_her_own_ticket_makes_her_no_participant_of_the_first(house, victim):
    for _ in range(2):
        head = f"{PROVED}From: {BIA}\r\nIn-Reply-To: <caso@cliente.example>\r\n"
        receipt = await house.mail("e agora?", head=head, envelope=BIA)
    assert (await house.ticket_of(receipt))["number"] != victim["number"]
