"""Attack 33: an acknowledgement is marked as a machine's, comes from nobody, goes to the Return-Path, not to From."""

import email
from email.utils import getaddresses

import pytest

from channels.mail.options import Relay
from channels.mail.relay import RelaySender
from tests.channels.mail.outgoing import NOW, relaying
from tests.pipeline import ANA, SUPPORT

BOSS = "chefe@cliente.example"


@pytest.fixture
async def relayed(house):
    """A function: what the relay got for the mails accepted so far, as (MAIL FROM, RCPT TO, message)."""

    async def run():
        await house.work()
        async with relaying() as relay:
            options = Relay(host="127.0.0.1", port=relay.port, tls="none")
            mailbox = house.channels["email"].mailbox
            sender = RelaySender(options, mailbox, hostname="mx", password=None, now=lambda: NOW)
            await house.dispatch({"email": sender})
            await sender.close()
        return [(who, whom, email.message_from_bytes(content)) for who, whom, content in relay.received]

    return run


async def test_the_headers_of_an_automatic_answer(house, relayed):
    await house.mail(
        headers="References: <0@cliente.example>\r\n", head=f"From: {ANA}\r\nMessage-ID: <1@x.example>\r\n"
    )
    ((mail_from, recipients, letter),) = await relayed()

    assert mail_from == "<>", "a bounce of it would come to nobody"
    assert recipients == [ANA]
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert letter["In-Reply-To"] == "<1@x.example>"
    assert letter["References"].split() == ["<0@cliente.example>", "<1@x.example>"]
    assert letter["Message-ID"].startswith("<balcao.1.")
    assert getaddresses([letter["From"]])[0][1] == SUPPORT
    assert letter["Reply-To"].startswith("<suporte+")


@pytest.mark.parametrize(
    "lines",
    [
        f"From: {BOSS}\r\n",
        f"From: {BOSS}\r\nReply-To: {BOSS}\r\n",
        f"From: {BOSS}\r\nSender: {BOSS}\r\nReturn-Path: <{BOSS}>\r\nErrors-To: {BOSS}\r\n",
        f"From: {BOSS}, outra@cliente.example\r\nReply-To: {BOSS}\r\n",
        f"From: {ANA}\r\nDisposition-Notification-To: {BOSS}\r\nReturn-Receipt-To: {BOSS}\r\n",
    ],
)
async def test_it_goes_to_the_return_path_and_nowhere_else(house, relayed, lines):
    await house.mail(head=lines, envelope=ANA)
    ((_, recipients, letter),) = await relayed()

    assert recipients == [ANA]
    assert [address for _, address in getaddresses([letter["To"]])] == [ANA]
    assert BOSS not in letter.as_string()


async def test_an_automatic_answer_to_it_is_not_answered(house, relayed):
    """Two robots that both follow the standard stop after one turn."""
    await house.mail()
    ((_, _, letter),) = await relayed()
    head = f"From: {ANA}\r\nIn-Reply-To: {letter['Message-ID']}\r\nAuto-Submitted: auto-replied\r\n"
    await house.mail(head=head, to=letter["Reply-To"].strip("<>"))

    assert await relayed() == []
