"""Attack 12: a dot between line ends that are no CR LF never splits one message (CVE-2023-51764, CVE-2024-27305)."""

import pytest

from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import receiver_of, receiving, wired

SECOND = b"MAIL FROM:<chefe@exemplo.com>\r\nRCPT TO:<suporte@exemplo.com>\r\nDATA\r\nsegunda\r\n.\r\n"
ENDS = [
    b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r.\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n", b"\r\n. \r\n", b"\r\n..\r\n", b"\r\r\n.\r\r\n", b"\r\n\r.\r\n", b"\n\n.\n\n", b"\r\n.\r\r\n",
]  # fmt: skip


@pytest.mark.parametrize("false_end", ENDS, ids=repr)
async def test_a_false_end_is_content_and_what_follows_it_too(false_end):
    """The client holds the conversation as an honest relay would that thinks it is all one message."""
    intake = FakeIntake()
    smuggled = b"primeira" + false_end + SECOND.removesuffix(b"\r\n.\r\n")
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        assert (await wire.content(smuggled + b"\r\n.\r\n")).startswith(b"250")
        assert (await wire.say(b"NOOP\r\n")).startswith(b"250 2.0.0 OK")

    (raw,) = intake.accepted
    assert raw.payload.startswith(b"primeira")
    assert raw.payload.endswith(b"segunda\r\n")
    assert raw.envelope["mail_from"] == "ana@cliente.example"


@pytest.mark.parametrize("false_end", ENDS, ids=repr)
async def test_the_same_with_everything_pipelined_in_one_write(false_end):
    intake = FakeIntake()
    everything = (
        b"EHLO c\r\nMAIL FROM:<ana@cliente.example>\r\nRCPT TO:<suporte@exemplo.com>\r\nDATA\r\nprimeira"
        + false_end
        + b"segunda\r\n.\r\nQUIT\r\n"
    )
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        wire.writer.write(everything)
        replies = await wire.replies_until_closed()

    assert len(intake.accepted) == 1
    assert replies.count(b"Accepted as") == 1


@pytest.mark.parametrize("size", [1, 7, 64 * 1024 - 3, 64 * 1024, 128 * 1024 + 1])
async def test_the_true_end_is_found_wherever_it_falls_in_the_buffer(size):
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        assert (await wire.content(b"x" * size + b"\n.\r\n" + b"y" * size + b"\r\n.\r\n")).startswith(b"250")

    assert intake.accepted[0].payload == b"x" * size + b"\n.\r\n" + b"y" * size + b"\r\n"


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\n\r"])
async def test_commands_with_other_line_ends_are_refused(line_end):
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        assert (await wire.say(b"EHLO c" + line_end + b"NOOP\r\n")).startswith(b"500")


async def test_bdat_is_not_offered_and_its_content_is_never_read_as_commands():
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        assert b"CHUNKING" not in await wire.say(b"EHLO c\r\n")
        wire.writer.write(b"MAIL FROM:<>\r\nRCPT TO:<suporte@exemplo.com>\r\nBDAT %d LAST\r\n" % len(SECOND) + SECOND)
        replies = await wire.replies_until_closed()

    assert replies.split(b"\r\n")[-2].startswith(b"502")
    assert intake.accepted == []
