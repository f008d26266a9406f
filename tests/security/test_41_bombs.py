"""Attack 41: one mail that is made to cost: read and filed in less than two seconds, and said to be cut where it is.

The corpus (tests/channels/mail/shapes/bombs.py, markup.py) has many more; here they go through rules and store.
"""

import base64
import gzip

import pytest

from domain.raw import Fate
from tests.channels.mail.shapes import bombs
from tests.patience import costs_below

SECONDS = 2.0
HEAD = "From: ana@cliente.example\r\nTo: suporte@exemplo.com.br\r\nSubject: bomba\r\n"


def packed(kind, name, content):
    letters = base64.encodebytes(content).decode()
    return f"{HEAD}Content-Type: {kind}; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{letters}"


BOMBS = {
    "10,000 parts": lambda: HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n" * 10_000,
    "depth 1,000": lambda: HEAD + bombs.nested("multipart/mixed", 1_000).replace("\n", "\r\n"),
    "100,000 addresses": lambda: HEAD + "Cc: " + "a@b.example, " * 100_000 + "\r\n\r\noi",
    "1 MB header": lambda: HEAD + "X-A: " + "b" * 1_000_000 + "\r\n\r\noi",
    "100,000 encoded words": lambda: "Subject: " + "=?utf-8?q?=C3=A3?= " * 100_000 + "\r\n\r\noi",
    "base64 of nothing": lambda: HEAD + "Content-Transfer-Encoding: base64\r\n\r\n" + "=" * 2_000_000,
    "gzip bomb": lambda: packed("application/gzip", "a.gz", gzip.compress(bytes(50_000_000))),
    "winmail.dat bomb": lambda: HEAD + bombs.rtf("{\\rtf1 " + "{" * 200_000).replace("\n", "\r\n"),
    "500,000 combining marks": lambda: HEAD + "\r\na" + "\u0301" * 500_000,
    "5,000 links": lambda: HEAD + "\r\n" + "https://x.example/?a=b " * 5_000,
    "5,000 links in HTML": lambda: (
        HEAD + "Content-Type: text/html\r\n\r\n" + "<a href='https://x.example/?a=b'>x</a>" * 5_000
    ),
    "100,000 nested elements": lambda: HEAD + "Content-Type: text/html\r\n\r\n" + "<div>" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_it_is_filed_or_quarantined_in_bounded_time(house, bomb):
    content = BOMBS[bomb]().encode()
    await house.accept_mail(content)
    with costs_below(SECONDS):
        (outcome,) = await house.work()
    assert outcome.fate is Fate.DONE or (outcome.fate is Fate.QUARANTINED and outcome.reason)
    (ticket,) = await house.tickets()
    assert len(ticket["messages"][0]["text"]) < 2_100_000
