"""Attacks 19 and 20 on the whole path: a forged From or a copied Message-ID finds a ticket, and proves nobody."""

import pytest

from tests.pipeline import ANA, raws_of

MALLORY = "mallory@evil.example"


@pytest.fixture
async def victim(house):
    ticket = await house.ticket_of(await house.mail("Preciso de ajuda."))
    await house.dispatch()
    await house.solve(ticket["number"])
    return ticket


def pointing(house, number):
    """Header lines that find the ticket, as a forwarded answer of ours shows them."""
    ours = house.letters()[0]["Message-ID"]
    theirs = house.letters()[0]["In-Reply-To"]
    return {
        "subject": f"Subject: Re: [#{number}]\r\n",
        "our id": f"Subject: oi\r\nIn-Reply-To: {ours}\r\n",
        "our id deep in references": f"Subject: oi\r\nReferences: <a@b> {ours} <c@d>\r\n",
        "the customer's own id": f"Subject: oi\r\nReferences: {theirs}\r\n",
    }


WAYS = ("subject", "our id", "our id deep in references", "the customer's own id")


@pytest.mark.parametrize("way", WAYS)
async def test_in_the_participants_name_it_is_held_apart_and_answered_by_silence(house, victim, way):
    lines = pointing(house, victim["number"])[way]
    receipt = await house.mail("mude meu e-mail", head=f"From: {ANA}\r\n{lines}", envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] == victim["number"]
    assert [message["verified"] for message in ticket["messages"]] == [True, False]
    assert ticket["state"] == "solved", "what is not proven reopens nothing"
    assert (await house.answers())[-1] == "unverified"


@pytest.mark.parametrize("way", WAYS)
async def test_from_a_stranger_it_is_a_new_linked_ticket(house, victim, way):
    lines = pointing(house, victim["number"])[way]
    receipt = await house.mail("me inclua", head=f"From: {MALLORY}\r\n{lines}", envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] != victim["number"]
    assert ticket["links"] == [victim["number"]]
    assert raws_of(await house.ticket(victim["number"])) == raws_of(victim)


async def test_a_held_message_makes_its_writer_no_participant(house, victim):
    """Zendesk's CVE-2024-49193: held as Ana with Mallory in copy, then Mallory writes as himself."""
    lines = pointing(house, victim["number"])["our id"]
    await house.mail(head=f"From: {ANA}\r\nCc: {MALLORY}\r\n{lines}", envelope=MALLORY)
    await house.work()
    receipt = await house.mail("agora eu", head=f"From: {MALLORY}\r\n{lines}", envelope=MALLORY)

    assert (await house.ticket_of(receipt))["number"] != victim["number"]


MX = "Authentication-Results: mx.exemplo.com.br; "
FROM_OUTSIDE = "Received: from evil.example by mx.exemplo.com.br; Mon, 2 Mar 2026 11:00:05 +0000\r\n"
PASS = f"{MX}dmarc=pass header.from=cliente.example\r\n"
NO_PROOF = {
    "nothing is said": "",
    "nothing was found": f"{MX}none\r\n",
    "DMARC fails": f"{MX}dmarc=fail header.from=cliente.example\r\n",
    "SPF fails": f"{MX}spf=fail smtp.mailfrom={MALLORY}\r\n",
    "SPF passes for the forger": f"{MX}spf=pass smtp.mailfrom={MALLORY}\r\n",
    "DKIM passes for the forger": f"{MX}dkim=pass header.d=evil.example\r\n",
    "DMARC passes for the forger": f"{MX}dmarc=pass header.from=evil.example\r\n",
    "a pass in a comment": f"{MX}dmarc=fail (dmarc=pass) header.from=cliente.example\r\n",
    "a pass in the forger's own address": (
        f'{MX}spf=pass smtp.mailfrom="a; dmarc=pass header.from=cliente.example"@evil.example\r\n'
    ),
    "another server's word": PASS.replace("mx.exemplo.com.br", "mx.evil.example"),
    "a server that looks like ours": PASS.replace("mx.exemplo.com.br", "mx.exemplo.com.br.evil.example"),
    "ours, brought along": FROM_OUTSIDE + PASS,
    "ours, brought along under the true one": f"{MX}dmarc=fail header.from=cliente.example\r\n{FROM_OUTSIDE}{PASS}",
    "ours, and its end is missing": PASS.replace("\r\n", " (\r\n"),
}


@pytest.mark.parametrize("said", NO_PROOF.values(), ids=NO_PROOF)
async def test_without_an_aligned_pass_of_our_own_server_he_is_not_believed(house, victim, said):
    lines = pointing(house, victim["number"])["our id"]
    receipt = await house.mail("mude meu e-mail", head=f"{said}From: {ANA}\r\n{lines}", envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] == victim["number"]
    assert [message["verified"] for message in ticket["messages"]] == [True, False]
    assert ticket["state"] == "solved"


@pytest.mark.parametrize("way", WAYS)
async def test_with_one_the_customer_is(house, victim, way):
    lines = pointing(house, victim["number"])[way]
    receipt = await house.mail("ainda não funciona", head=f"{PASS}{FROM_OUTSIDE}From: {ANA}\r\n{lines}")
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] == victim["number"]
    assert [message["verified"] for message in ticket["messages"]] == [True, True]
    assert ticket["state"] == "open"
    assert (await house.answers())[-1] == "already_acknowledged"
