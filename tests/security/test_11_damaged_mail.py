"""Attack 11: damaged copies of every real mail are accepted byte for byte, and become tickets or a reason in words."""

import random
from pathlib import Path

import structlog

from domain.raw import Fate
from tests.channels.mail.shapes import SHAPES
from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import receiver_of, receiving, wired

REAL = sorted((Path(__file__).parents[1] / "channels").glob("*/payloads/*.eml"))
SMALL = 30_000
KEPT = {Fate.DONE, Fate.QUARANTINED, Fate.IGNORED}


def damaged(content, chance):
    """Cut off, bytes turned over, a piece missing, a piece twice."""
    at = chance.randrange(1, len(content))
    flipped = bytearray(content)
    for place in (chance.randrange(len(content)) for _ in range(8)):
        flipped[place] ^= 1 << chance.randrange(8)
    return [content[:at], bytes(flipped), content[:at] + content[at + 40 :], content[:at] + content[at // 2 :]]


def damaged_copies():
    chance = random.Random(11)
    originals = [path.read_bytes() for path in REAL]
    copies = [copy for original in originals if 1 < len(original) <= SMALL for copy in damaged(original, chance)]
    return list(dict.fromkeys(map(ended, copies)))


async def test_every_damaged_copy_is_taken_byte_for_byte():
    intake, copies = FakeIntake(), damaged_copies()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        for copy in copies:
            await wire.say(b"MAIL FROM:<a@b.example> BODY=8BITMIME\r\n")
            await wire.say(b"RCPT TO:<suporte@exemplo.com>\r\n")
            await wire.say(b"DATA\r\n")
            assert (await wire.say(stuffed(copy) + b".\r\n")).startswith(b"250")

    assert [raw.payload for raw in intake.accepted] == copies
    assert len(copies) >= 80


def ended(content):
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def stuffed(content):
    """As a client sends it: dots that begin a line doubled."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    return b"." + lines if lines.startswith(b".") else lines


async def test_every_damaged_copy_and_every_broken_shape_has_a_fate_and_no_error_in_the_log(house):
    contents = damaged_copies() + [shape.payload for shape in SHAPES if len(shape.payload) <= SMALL]
    for content in contents:
        await house.accept_mail(content, envelope="ana@cliente.example")
    with structlog.testing.capture_logs() as told:
        outcomes = await house.work()

    assert len(outcomes) == len(set(contents)) >= 600  # the same bytes twice are one entry
    assert {outcome.fate for outcome in outcomes} <= KEPT
    assert all(outcome.reason for outcome in outcomes if outcome.fate is not Fate.DONE)
    assert [entry for entry in told if entry["log_level"] in {"error", "critical"}] == []
    assert len(await house.tickets()) >= 300  # shapes that are read the same are one mail
