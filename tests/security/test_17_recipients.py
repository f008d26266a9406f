"""Attack 17: unknown recipients, a thousand of them, postmaster, plus-addresses."""

import pytest

from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import receiver_of, receiving, wired


async def asked(wire, *recipients):
    return [(await wire.say(b"RCPT TO:<%s>\r\n" % recipient.encode()))[:9].decode() for recipient in recipients]


@pytest.mark.parametrize(
    ("recipient", "answer"),
    [
        ("suporte@exemplo.com", "250 2.1.5"),
        ("SUPORTE@EXEMPLO.COM", "250 2.1.5"),
        ("suporte+abcdefghijklmnopqrstuvwxyz234567@exemplo.com", "250 2.1.5"),
        ("suporte+' or 1=1@exemplo.com".replace(" ", ""), "250 2.1.5"),
        ("qualquer@ajuda.exemplo.com", "250 2.1.5"),
        ("postmaster", "250 2.1.5"),
        ("Postmaster@exemplo.com", "250 2.1.5"),
        ("abuse@exemplo.com", "250 2.1.5"),
        ("vendas@exemplo.com", "550 5.1.1"),
        ("suporte@outra.example", "550 5.1.1"),
        ("postmaster@outra.example", "550 5.1.1"),
        ("suporte@exemplo.com@outra.example", "553 5.1.3"),
        ("suporte%outra.example@exemplo.com", "550 5.1.1"),
        ("@outra.example:vendas@exemplo.com", "550 5.1.1"),
        ("abuse", "553 5.1.3"),
    ],
)
async def test_who_is_taken_and_who_is_not(recipient, answer):
    """No open relay by any old trick, and RFC 2142's mailboxes always."""
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        await wire.say(b"MAIL FROM:<>\r\n")
        assert await asked(wire, recipient) == [answer]


async def test_a_thousand_recipients_are_taken_up_to_the_limit_and_the_others_deferred():
    intake = FakeIntake()
    async with receiving(receiver_of(max_recipients=100), intake) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        await wire.say(b"MAIL FROM:<>\r\n")
        answers = await asked(wire, *(f"a{number}@ajuda.exemplo.com" for number in range(1000)))
        assert (await wire.say(b"DATA\r\n")).startswith(b"354")
        assert (await wire.say(b"oi\r\n.\r\n")).startswith(b"250")

    assert answers == ["250 2.1.5"] * 100 + ["452 4.5.3"] * 900
    assert len(intake.accepted[0].envelope["rcpt_to"]) == 100


async def test_who_goes_through_a_list_of_names_is_sent_away():
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        wire.writer.write(b"EHLO c\r\nMAIL FROM:<>\r\n")
        wire.writer.writelines(b"RCPT TO:<a%d@exemplo.com>\r\n" % number for number in range(1000))
        replies = await wire.replies_until_closed()

    assert replies.count(b"550 5.1.1") == 20
    assert replies.endswith(b"421 4.7.0 Too many errors, goodbye\r\n")


async def test_with_no_recipient_left_there_is_no_data():
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        await wire.say(b"MAIL FROM:<>\r\n")
        await asked(wire, "vendas@exemplo.com")
        assert (await wire.say(b"DATA\r\n")).startswith(b"503")
