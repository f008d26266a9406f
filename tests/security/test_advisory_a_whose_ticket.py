"""What let strangers into tickets elsewhere (dangers.md §5 A): one test for each advisory with a mail form.

Not applicable, for there is nothing of the kind here:

    osTicket forum 87660 (reading link valid for ever)           no ticket is read by a link or by number + address
    FreeScout CVE-2026-40591, 41902, 53595; Frappe 2026-02/03    web permissions and invitations: no web view
"""

import pytest

from tests.pipeline import ANA, SUPPORT

MALLORY = "mallory@mau.example"


@pytest.fixture
async def told(house):
    """A ticket of Ana's that was acknowledged; the letter."""
    await house.mail("Meu pedido.")
    await house.work()
    await house.dispatch()
    return house.letters()[0]


async def believed(house):
    """Who wrote what on ticket 1, of what is taken for its customer's or an agent's."""
    ticket = await house.ticket(1)
    return [(one["sender"]["address"], one["direction"]) for one in ticket["messages"] if one["verified"]]


async def send(house, *, sender, headers="", to=SUPPORT, envelope=None, subject="[#1] Re: Pedido", body="Mande tudo."):
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <m{id(headers)}@mau.example>\r\n{headers}"
    await house.mail(body, head=head, envelope=envelope or sender, to=to)
    await house.work()
    await house.dispatch()


@pytest.mark.usefixtures("told")
async def test_zendesk_cve_2024_49193_spoofed_from_with_a_stranger_in_copy(house):
    """The forged participant asks for the ticket by its number and names Mallory in Cc: she learns nothing."""
    await send(house, sender=ANA, headers=f"Cc: {MALLORY}\r\n", envelope=MALLORY)

    assert await believed(house) == [(ANA, "in")]
    assert all(MALLORY not in str(letter) for letter in house.letters())


@pytest.mark.parametrize("length", [0, 1, 8, 15, 16, 31])
async def test_freescout_cve_2026_53591_a_shortened_signature_is_none(house, told, length):
    token = told["Reply-To"].split("+")[1].split("@")[0]
    await send(house, sender=MALLORY, to=f"suporte+{token[:length]}@exemplo.com.br", subject="oi")

    assert await believed(house) == [(ANA, "in")]


@pytest.mark.parametrize(
    "reference",
    ["<balcao.1@exemplo.com.br>", "<1@exemplo.com.br>", "<reply-1-1@exemplo.com.br>"],
)
@pytest.mark.usefixtures("told")
async def test_freescout_cve_2026_53591_legacy_ids_are_not_taken(house, reference):
    await send(house, sender=ANA, headers=f"In-Reply-To: {reference}\r\n", subject="oi", envelope=MALLORY)

    assert await believed(house) == [(ANA, "in")]


async def test_freescout_cve_2026_47123_the_message_id_of_a_notification_makes_nobody_an_agent(house, told):
    headers = f"In-Reply-To: {told['Message-ID']}\r\nReferences: {told['Message-ID']}\r\n"
    await send(house, sender=SUPPORT, headers=headers, envelope=MALLORY)
    await send(house, sender=ANA, headers=headers, envelope=MALLORY)

    assert await believed(house) == [(ANA, "in")]


async def test_freescout_ghsa_j49f_9g94_3wh4_an_answer_from_another_address_is_that_addresss(house, told):
    """Who has the signed address may write; but as himself, not as Ana."""
    await send(house, sender=MALLORY, to=told["Reply-To"])

    assert await believed(house) in ([(ANA, "in")], [(ANA, "in"), (MALLORY, "in")])
    assert (await house.ticket(1))["contact"]["addresses"] == [ANA]


@pytest.mark.usefixtures("told")
async def test_freescout_ghsa_83xx_8c27_gq78_a_former_agent_is_a_stranger(house):
    await send(house, sender="antigo.agente@exemplo.com.br", headers="X-Balcao-Agent: yes\r\n")

    assert await believed(house) == [(ANA, "in")]


@pytest.mark.parametrize(
    "header",
    [
        "X-RT-Command: Owner: mallory",
        "RT-Squelch-Replies-To: ana",
        "X-Balcao-Ticket: 1",
        "X-Ticket-ID: 1",
        "X-Priority: 1",
    ],
)
async def test_rt_cve_2023_41259_and_41260_control_headers_of_a_mail_are_not_obeyed(house, header):
    await house.mail(headers=f"{header}\r\nX-Balcao-Department: financeiro\r\n")
    await house.work()

    ticket = await house.ticket(1)
    assert (ticket["number"], ticket["department"], ticket["priority"]) == (1, "suporte", "Baixa")
    assert ticket["assignee"] is None


async def test_ticket_trick_2017_a_third_partys_code_reaches_no_ticket_of_a_customer(house, told):
    await send(
        house, sender="no-reply@rede.example", to=told["Reply-To"], subject="Confirm your email address",
        body="Your verification code is 123456. Click https://rede.example/c?t=abc to verify your e-mail.",
    )  # fmt: skip

    assert await believed(house) == [(ANA, "in")]
    assert all("123456" not in str(letter) for letter in house.letters())
