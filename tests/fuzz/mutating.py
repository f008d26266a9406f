"""Seeds, and how they are damaged: the bytes of mail, its tokens, and pieces of other mail."""

import random
from pathlib import Path

from tests.channels.mail.shapes import SHAPES

LONGEST_SEED = 20_000
PAYLOADS = Path(__file__).parents[1] / "channels" / "smtp" / "payloads"
TOKENS_TABLE = r"""
    Content-Type: multipart/mixed; boundary= multipart/alternative message/rfc822 text/html text/calendar charset=utf-7
    charset=utf-16 charset=iso-2022-jp application/ms-tnef Content-Transfer-Encoding: base64 quoted-printable
    x-uuencode Content-Disposition: attachment; filename*0*=utf-8'' filename= =?utf-8?q? =?utf-8?B? ?= begin 644 a <div
    <!-- --> <p style=" display:none &amp; &# <style> </style> <table> <blockquote> BEGIN:VEVENT -----BEGIN -- %00 =00
    <a@b.example> @ < > ( ) " : ; , --b --b-- From: To: Date: Subject: Message-ID: format=flowed escreveu: =0D=0A
"""
TOKENS = [token.encode() for token in TOKENS_TABLE.split()] + [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\n\n", b"\0", b"\xff", b"\xc3", b"\x1b$B", b"\x1b(B", b"\xef\xbb\xbf",
    b"\xff\xfe", "\u202e".encode(), "\u0301".encode(), b"\xed\xa0\x80",
]  # fmt: skip


def seeds():
    """Small mails of every kind we know of."""
    payloads = [shape.payload for shape in SHAPES] + [path.read_bytes() for path in sorted(PAYLOADS.glob("*.eml"))]
    return [payload for payload in payloads if len(payload) <= LONGEST_SEED]


def damaged(payload, others, chance: random.Random):
    """A copy with one to eight places changed."""
    data = bytearray(payload)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        chance.choice(_CHANGES)(data, at, others, chance)
    return bytes(data[: 4 * LONGEST_SEED])


def _flip(data, at, _, chance):
    if at < len(data):
        data[at] = chance.randrange(256)


def _cut(data, at, _, chance):
    del data[at : at + chance.choice((1, 2, 10, 1000))]


def _token(data, at, _, chance):
    data[at:at] = chance.choice(TOKENS)


def _repeat(data, at, _, chance):
    data[at:at] = data[at : at + chance.choice((1, 10, 100))] * chance.choice((2, 5, 50))


def _splice(data, at, others, chance):
    other = chance.choice(others)
    begin = chance.randrange(len(other) + 1)
    data[at:at] = other[begin : begin + chance.choice((20, 200, 2000))]


def _end(data, at, _others, _chance):
    del data[at:]


_CHANGES = (_flip, _flip, _cut, _token, _token, _repeat, _splice, _end)
