"""What stopped other mail readers with one mail (dangers.md §5 D): each of these is read within two seconds."""

import pytest

from domain.errors import Undecodable
from tests.channels.mail.reading import read
from tests.patience import costs_below

SECONDS = 2.0
FROM = "From: ana@x.example\r\nSubject: oi\r\n"
HTML = f"{FROM}Content-Type: text/html; charset=utf-8\r\n\r\n"


def nested(kind, depth):
    head = "".join(f"Content-Type: {kind}; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth))
    return f"{FROM}{head}Content-Type: text/plain\r\n\r\noi"


def word_html():
    paragraph = "<p class=MsoNormal style='mso-margin-alt:auto'><o:p>&nbsp;</o:p><![if !supportLists]>x<![endif]></p>"
    return HTML + paragraph * 10_000


MAILS = {
    "Znuny CVE-2024-48938 (Word HTML)": word_html,
    "Znuny CVE-2024-48938 (open comments)": lambda: HTML + "<!--[if mso]>" * 50_000,
    "OTRS CVE-2021-36093 (patterns on the body)": lambda: f"{FROM}\r\n" + "a" * 500_000 + "!",
    "OTRS CVE-2026-48187 (no limits)": lambda: f"{FROM}\r\n" + "> " * 500_000,
    "OTRS CVE-2021-21439 (URL in the body)": lambda: f"{FROM}\r\nhttp://" + "a." * 200_000,
    "OTRS CVE-2021-21439 (many URLs)": lambda: HTML + "<a href='http://x.example/?a=b&c=d'>x</a>" * 5_000,
    "RT CVE-2014-9472 (decoder)": lambda: FROM + "X: " + "=?utf-8?q?=?=" * 50_000 + "\r\n\r\n" + "=" * 100_000,
    "RT CVE-2014-9472 (charset)": lambda: f"{FROM}Content-Type: text/plain; charset=utf-7\r\n\r\n" + "+" * 100_000,
    "Dovecot CVE-2024-23184 (100,000 address headers)": lambda: "From: a@x.example\r\n" * 100_000 + "\r\noi",
    "Dovecot CVE-2024-23184 (100,000 addresses)": lambda: "To: " + "a@x.example, " * 100_000 + f"\r\n{FROM}\r\noi",
    "Dovecot CVE-2024-23185 (huge headers)": lambda: FROM + "X: " + "a" * 10_000_000 + "\r\n\r\noi",
    "Dovecot CVE-2020-12100 (nesting)": lambda: nested("multipart/mixed", 10_000),
    "Dovecot CVE-2020-12100 (nested messages)": lambda: FROM + "Content-Type: message/rfc822\r\n\r\n" * 10_000 + "oi",
    "Dovecot CVE-2019-19722 (groups)": lambda: "From: " + "g:" * 50_000 + ";" * 50_000 + "\r\n\r\noi",
    "Dovecot CVE-2017-14461 (broken address)": lambda: 'From: "' + "\\" * 100_000 + "\r\n\r\noi",
    "Dovecot CVE-2026-27859 (RFC 2231)": lambda: (
        FROM + "Content-Type: text/plain" + "".join(f"; a*{n}*=%41" for n in range(100_000)) + "\r\n\r\noi"
    ),
    "Dovecot CVE-2026-27857 (parentheses)": lambda: (
        "From: " + "(" * 500_000 + "\r\nTo: " + "()" * 200_000 + "\r\n\r\noi"
    ),
}


@pytest.mark.parametrize("advisory", MAILS)
def test_one_mail_stops_nobody(advisory):
    content = MAILS[advisory]().encode()
    with costs_below(SECONDS):
        try:
            found = read(content, envelope={"mail_from": "ana@x.example", "rcpt_to": ["suporte@exemplo.com"]})
        except Undecodable:
            found = None
    assert found is None or len(found.recipients) <= 1000
