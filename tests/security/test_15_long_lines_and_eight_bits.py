"""Attack 15: long lines, 8BITMIME, SMTPUTF8 and NUL are taken byte for byte, or refused in words."""

import pytest

from channels.mail.decode import decode
from tests.channels.mail.reading import MAILBOX
from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import receiver_of, receiving, wired


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: longa\r\n\r\n" + b"x" * 10_000 + b"\r\n",
        b"Subject: longa\r\n\r\n" + b"x" * 1_000_000 + b"\r\n",
        b"Subject: " + b"y" * 200_000 + b"\r\n\r\noi\r\n",
        "Subject: ação\r\n\r\n8 bits: áéíõü\r\n".encode("latin-1"),
        "Subject: ação 🎉\r\n\r\nUTF-8: áéíõü\r\n".encode(),
        b"Subject: nul\x00no meio\r\n\r\nantes\x00depois\r\n",
        bytes(range(256)) * 10 + b"\r\n",
    ],
    ids=["10 kB line", "1 MB line", "200 kB header", "latin-1", "utf-8", "NUL", "every byte"],
)
async def test_taken_as_it_came_and_readable_afterwards(content):
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        await wire.say(b"MAIL FROM:<a@b.example> BODY=8BITMIME\r\n")
        await wire.say(b"RCPT TO:<suporte@exemplo.com>\r\n")
        await wire.say(b"DATA\r\n")
        assert (await wire.say(content + b".\r\n")).startswith(b"250")

    (raw,) = intake.accepted
    assert raw.payload == content
    (found,) = decode(MAILBOX, raw)
    assert "\x00" not in found.subject + found.text


async def test_addresses_outside_ascii_are_known_in_any_case():
    intake = FakeIntake()
    async with receiving(receiver_of(recipients=["josé@exemplo.com"]), intake) as port, wired(port) as wire:
        assert b"250-SMTPUTF8" in await wire.say(b"EHLO c\r\n")
        assert (await wire.say("MAIL FROM:<müller@b.example> SMTPUTF8\r\n".encode())).startswith(b"250")
        assert (await wire.say("RCPT TO:<JOSÉ@exemplo.com>\r\n".encode())).startswith(b"250")
        assert (await wire.say(b"DATA\r\n")).startswith(b"354")
        assert (await wire.say(b"oi\r\n.\r\n")).startswith(b"250")

    envelope = intake.accepted[0].envelope
    assert (envelope["mail_from"], envelope["smtputf8"]) == ("müller@b.example", True)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"NOOP " + b"x" * 5_000, b"500"),
        (b"MAIL FROM:<\xff\xfe@b.example>", b"553"),
        (b"NOOP \x00", b"500"),
    ],
)
async def test_commands_that_cannot_be_taken_are_refused_in_words(line, code):
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        assert (await wire.say(line + b"\r\n")).startswith(code)
        assert (await wire.say(b"NOOP\r\n")).startswith(b"250")


async def test_a_command_line_without_end_is_not_kept():
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        wire.writer.write(b"x" * 300_000)
        assert (await wire.replies_until_closed()).startswith(b"500")
