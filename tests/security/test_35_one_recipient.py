"""Attack 35: names and addresses made to look like several recipients: exactly one, or none."""

import email
from email.utils import getaddresses

import pytest

from channels.mail.compose import compose
from domain.errors import SendFailed
from domain.mailbox import Mailbox
from tests.channels.mail.outgoing import NOW, message, relaying
from tests.channels.mail.reading import MAILBOX, read
from tests.channels.mail.test_relay import sender_to

NAMES = [
    'a@evil.example, "b',
    "x>, <y@z.example",
    "a@evil.example",
    "a, b, c",
    'x" <y@z.example>',
    "\\",
    "(",
    "=?utf-8?q?x?=",
]


@pytest.mark.parametrize("name", NAMES)
def test_our_own_name_whatever_it_is_adds_no_address(name):
    mailbox = Mailbox(address="suporte@exemplo.com", name=name, recipients=frozenset(), plus_addressing=True)
    found = email.message_from_bytes(compose(message(), mailbox, NOW))

    assert [address for _, address in getaddresses([found["From"]])] == ["suporte@exemplo.com"]
    assert [address for _, address in getaddresses([found["To"]])] == ["ana@cliente.example"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_customers_name_adds_no_recipient_to_the_answer(name):
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    customer = read(f'From: "{quoted}" <ana@cliente.example>\r\n\r\noi', envelope={})
    assert customer.sender.address == "ana@cliente.example"

    async with relaying() as relay:
        sender = sender_to(relay.port)
        await sender.send(message(to=customer.return_path))
        await sender.close()
    assert relay.received[0][1] == ["ana@cliente.example"]


@pytest.mark.parametrize(
    "address",
    ["a@x.example, b@y.example", "a@x.example,b@y.example", "a@x.example> <b@y.example", "a@x.example b@y.example",
     "a@x.example;b@y.example", "g:a@x.example;", "a@x.example\x00b@y.example", "<a@x.example>,<b@y.example>"],
)  # fmt: skip
async def test_what_is_not_one_address_is_sent_to_nobody(address):
    async with relaying() as relay:
        with pytest.raises(SendFailed) as failed:
            await sender_to(relay.port).send(message(to=address))

    assert failed.value.permanent
    assert relay.received == []
    assert email.message_from_bytes(compose(message(to=address), MAILBOX, NOW))["To"] == "undisclosed-recipients:;"
