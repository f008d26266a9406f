"""Attack 25: whatever a mail says of its sender, it has one documented identity; the others are shown."""

import pytest

from tests.pipeline import ANA

MALLORY = "mallory@evil.example"
SHOWN = {"mail.name_shows_address": ANA}
ENCODED = ANA.replace("@", "=40")
PASS = "Authentication-Results: mx.exemplo.com.br; dmarc=pass header.from={domain}\r\n"

CASES = {
    "Reply-To differs": (f"From: {MALLORY}\r\nReply-To: {ANA}\r\n", MALLORY, {"mail.reply_to_differs": True}),
    "two From": (f"From: {MALLORY}\r\nFrom: {ANA}\r\n", MALLORY, {"mail.other_from": ANA}),
    "two authors": (f"From: {MALLORY}, {ANA}\r\n", MALLORY, {"mail.other_from": ANA}),
    "group": (f"From: Ana: {MALLORY}, {ANA};\r\n", MALLORY, {"mail.other_from": ANA}),
    "group named as an address": (f'From: "{ANA}": {MALLORY};\r\n', MALLORY, {}),
    "comment": (f"From: {MALLORY} ({ANA})\r\n", MALLORY, SHOWN),
    "comment inside": (f"From: ({ANA}) {MALLORY}\r\n", MALLORY, SHOWN),
    "address as name": (f'From: "{ANA}" <{MALLORY}>\r\n', MALLORY, SHOWN),
    "address as name, unquoted": (f"From: {ANA} <{MALLORY}>\r\n", MALLORY, SHOWN),
    "two angle addresses": (f"From: <{ANA}> <{MALLORY}>\r\n", MALLORY, {}),
    "encoded word with a line break": (
        f"From: =?utf-8?q?A=0D=0AFrom:_{ENCODED}?= <{MALLORY}>\r\n",
        MALLORY,
        SHOWN,
    ),
    "encoded word with a comma and an address": (
        f"From: =?utf-8?q?{ENCODED}=2C_b?= <{MALLORY}>\r\n",
        MALLORY,
        SHOWN,
    ),
    "encoded word that closes the angle": (f"From: =?utf-8?q?=3C{ENCODED}=3E?= <{MALLORY}>\r\n", MALLORY, SHOWN),
    "Sender differs": (f"From: {MALLORY}\r\nSender: {ANA}\r\n", MALLORY, {"mail.sender_differs": ANA}),
    "Resent-From": (f"From: {MALLORY}\r\nResent-From: {ANA}\r\n", MALLORY, {}),
}


@pytest.fixture
async def victim(house):
    ticket = await house.ticket_of(await house.mail("Preciso de ajuda."))
    await house.dispatch()
    return ticket


@pytest.mark.parametrize("case", CASES)
async def test_one_identity_and_the_others_shown(house, victim, case):
    head, identity, shown = CASES[case]
    ticket = await house.ticket_of(await house.mail("oi", head=f"{head}Subject: x\r\n", envelope=MALLORY))
    (message,) = ticket["messages"]

    assert message["sender"]["address"] == identity
    assert ticket["contact"]["addresses"] == [identity]
    assert {name: message["traits"].get(name) for name in shown} == shown


@pytest.mark.parametrize("domain", ["evil.example", "cliente.example"])
@pytest.mark.parametrize("case", CASES)
async def test_a_server_that_read_another_author_proves_nobody(house, victim, case, domain):
    """Whichever of the two names the MX checked, Ana's ticket stays Ana's."""
    lines = f"In-Reply-To: {house.letters()[0]['Message-ID']}\r\n"
    head = f"{PASS.format(domain=domain)}{CASES[case][0]}{lines}"
    ticket = await house.ticket_of(await house.mail("sou a Ana", head=head, envelope=MALLORY))

    assert ticket["number"] != victim["number"]


async def test_the_answer_goes_to_the_envelope_and_to_one_address(house):
    for head, _, _ in CASES.values():
        await house.mail("oi", head=f"{head}Subject: x\r\n", envelope=MALLORY)
    await house.work()
    assert {row["recipient"] for row in await house.outgoing()} == {MALLORY}
