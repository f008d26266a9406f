"""A raw mail as an interaction: identity, envelope, dates, loops, and nothing but Undecodable."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.mail.decode import decode
from domain.errors import Undecodable
from domain.interaction import Automated
from tests.channels.mail import winmail
from tests.channels.mail.reading import HEAD, MAILBOX, RECEIVED_AT, mail, raw, read
from tests.patience import costs_below


def test_the_envelope_sender_is_the_way_back_whatever_from_and_reply_to_say():
    found = mail("Reply-To: outro@cliente.example\r\n", envelope={"mail_from": "retorno@x.example", "rcpt_to": ["s@y"]})

    assert (found.envelope_sender, found.return_path) == ("retorno@x.example", "retorno@x.example")
    assert (found.sender.address, found.reply_to) == ("ana@cliente.example", ("outro@cliente.example",))
    assert found.envelope_recipients == ("s@y",)
    assert found.traits["mail.reply_to_differs"] is True


def test_a_null_sender_leaves_no_way_back():
    found = mail(envelope={"mail_from": "", "rcpt_to": ["s@y"]})

    assert (found.return_path, found.no_return_path) == (None, "null_sender")
    assert found.envelope_sender == ""


@pytest.mark.parametrize(
    ("headers", "way_back"),
    [
        ("", "ana@cliente.example"),
        ("Return-Path: <volta@x.example>\r\n", "volta@x.example"),
        ("Return-Path: <>\r\n", None),
    ],
)
def test_without_an_envelope_the_return_path_tells_or_else_from(headers, way_back):
    assert mail(headers, envelope={}).return_path == way_back


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 2 Mar 2026 08:00:00 -0300", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        ("2 Mar 2026 08:00", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 08:00:00 -0000", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", RECEIVED_AT),
        ("Fri, 02 Mar 2036 08:00:00 +0000", RECEIVED_AT),
        ("Mon, 2 Mar 2026 08:00:00 +9999999", RECEIVED_AT),
        ("32 Foo 99999 99:99:99", RECEIVED_AT),
        ("amanhã", RECEIVED_AT),
        ("", RECEIVED_AT),
    ],
)
def test_an_absurd_or_missing_date_is_the_moment_of_receipt(date, expected):
    assert read(f"From: a@b.example\r\nDate: {date}\r\n\r\noi").occurred_at == expected


def test_same_content_by_two_roads_has_one_identity():
    """Trace headers, Return-Path, the envelope and line ends differ by road."""
    straight = HEAD + "Message-ID: <1@x>\r\nSubject: a\r\n\r\numa  linha\r\noutra\r\n"
    around = "Received: by mx\r\nReturn-Path: <x@y>\r\nX-Spam: no\r\n" + straight.replace("linha\r\n", "linha \r\n")

    by_imap = read(around.replace("\r\n", "\n") + "\n", envelope={}, received_at=RECEIVED_AT + timedelta(days=1))
    assert by_imap.identity == read(straight).identity


@pytest.mark.parametrize(
    "other",
    ["Message-ID: <1@x>\r\nSubject: a\r\n\r\noutro corpo", "Message-ID: <1@x>\r\nSubject: b\r\n\r\ncorpo"],
)
def test_a_copied_message_id_swallows_nothing(other):
    """Attack 27."""
    assert read(HEAD + "Message-ID: <1@x>\r\nSubject: a\r\n\r\ncorpo").identity != read(HEAD + other).identity


def test_other_files_are_another_message():
    def with_file(content):
        kind = "Message-ID: <1@x>\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        return mail(kind, content).identity

    assert with_file("um") != with_file("dois")
    assert with_file("um") == with_file("um")


def test_mail_that_marks_itself_in_no_way_may_come_again_an_hour_later():
    def at(hours):
        return read("From: cron@x.example\r\n\r\nfalhou", received_at=RECEIVED_AT + timedelta(hours=hours)).identity

    assert at(0) == at(0.5)
    assert at(0) != at(1)


@pytest.mark.parametrize(
    ("message_id", "expected"),
    [
        ("<1@x>", "<1@x>"),
        (" <1@x> (comentário)", "<1@x>"),
        ("1@x", "<1@x>"),
        ("<1@\r\n x>", "<1@x>"),
        ("", None),
        ("<>", None),
    ],
)
def test_the_message_id_has_its_brackets(message_id, expected):
    assert mail(f"Message-ID: {message_id}\r\n").message_id == expected


def test_of_very_many_references_the_nearest_are_kept():
    many = " ".join(f"<{number}@x>" for number in range(10_000))

    references = mail(f"References: {many}\r\nIn-Reply-To: <4999@x> <4999@x>\r\n")
    assert len(references.references) == 100
    assert references.references[-1] == "<9999@x>"
    assert references.in_reply_to == ("<4999@x>",)


def test_more_than_a_hundred_received_lines_are_a_loop():
    """Attack 16."""
    assert "mail.loop" not in mail("Received: by x\r\n" * 100).traits
    assert mail("Received: by x\r\n" * 101).traits["mail.loop"] is True


@pytest.mark.parametrize("payload", [b"", b"\x00\xff" * 50, "só texto, sem cabeçalho".encode(), b"\r\n\r\ncorpo"])
def test_what_is_no_mail_is_undecodable(payload):
    with pytest.raises(Undecodable):
        decode(MAILBOX, raw(payload, envelope={}))


def test_text_without_any_header_that_came_by_smtp_is_still_a_message():
    found = read("só texto, sem cabeçalho")

    assert found.sender.address == "ana@cliente.example"
    assert found.text == "só texto, sem cabeçalho"


HEADER_NAMES = st.sampled_from(
    [
        "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "Received",
        "Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Auto-Submitted", "Return-Path",
    ]
)  # fmt: skip
SNIPPETS = st.sampled_from(
    [
        "=?utf-8?q?=00=0d=0a?=",
        "=?utf-7?b?////?=",
        "=?x?b?a?=",
        "multipart/mixed; boundary=x",
        "message/rfc822",
        "text/html; charset=rot13",
        "text/plain; charset=\x00",
        "attachment; filename*9999=x; filename*0*=''%ff",
        "<", ">", "(", '"', "\\", ",", ";", ":", "@", "base64", "quoted-printable", "\udce9", "\n", "\r", "\r\n", "--x",
    ]
)  # fmt: skip
HOSTILE_LINES = st.builds("{}: {}\r\n".format, HEADER_NAMES, st.lists(SNIPPETS | st.text(max_size=20)).map("".join))


@given(st.lists(HOSTILE_LINES, max_size=8).map("".join), st.lists(SNIPPETS | st.text(max_size=30)).map("\r\n".join))
@example("Content-Type: multipart/mixed; boundary=x\r\n", "--x\r\n--x\r\n--x--\r\n--x")
@example("Content-Type: multipart/mixed; boundary=\r\n", "--\r\n--")
def test_hostile_headers_and_bodies_become_storable_text_or_undecodable(head, body):
    payload = f"{head}\r\n{body}".encode("utf-8", "surrogateescape")
    try:
        first, second = read(payload, envelope={}), read(payload, envelope={})
    except Undecodable:
        return
    assert first == second
    words = [
        first.subject,
        first.text,
        first.text_full,
        first.html or "",
        first.sender.name or "",
        first.sender.address,
    ]
    words += [*first.recipients, *first.references, first.message_id or "", *(a.name for a in first.attachments)]
    for word in words:
        assert "\x00" not in word
        assert word == word.encode().decode()
    assert "\n" not in first.subject + (first.sender.name or "")


@given(st.binary(max_size=600))
def test_any_bytes_with_an_envelope_become_one_interaction(payload):
    assert read(payload).identity.startswith("mail:")


def nested(depth, kind="multipart/mixed"):
    return "".join(f"Content-Type: {kind}; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)) + "\r\nfundo"


def broken_multiparts() -> str:
    """Twenty levels of multiparts whose boundary is nowhere, each with a megabyte in which to look for one."""
    kind = "Content-Type: multipart/mixed; boundary=nowhere\r\n\r\n"
    inner = "".join(f"--b{level}\r\n{kind}" for level in range(20)) + "x" * 1_000_000
    return "Content-Type: multipart/mixed; boundary=a\r\n\r\n" + f"--a\r\n{kind}{inner}\r\n" * 15


def winmails(data: bytes, count: int) -> str:
    part = "--a\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return "Content-Type: multipart/mixed; boundary=a\r\n\r\n" + f"{part}{b64encode(data).decode()}\r\n" * count


def packed_mails(count: int) -> str:
    rtf = winmail.variable(winmail.BINARY, winmail.P_RTF, winmail.bomb(8_000))
    return winmails(winmail.winmail(winmail.attribute(winmail.PROPERTIES, winmail.listed(rtf))), count)


def files_in_winmail(count: int) -> str:
    return winmails(winmail.winmail(*[winmail.file("a", b"x")] * 500), count)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("nested multiparts", HEAD + nested(2000)),
        ("nested messages", HEAD + "Content-Type: message/rfc822\r\n\r\n" * 2000 + "oi"),
        ("many parts", HEAD + "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + "--x\r\n\r\nparte\r\n" * 10_000),
        ("many addresses", HEAD + "Cc: " + ", ".join(f"a{n}@b.example" for n in range(100_000)) + "\r\n\r\noi"),
        ("open parentheses", HEAD + "Cc: " + "(" * 100_000 + "\r\n\r\noi"),
        ("open quotes", HEAD + "Cc: " + '"a' * 50_000 + "\r\n\r\noi"),
        ("many encoded words", HEAD + "Subject: " + "=?utf-8?q?=C3=A9?= " * 100_000 + "\r\n\r\noi"),
        ("one huge header", HEAD + "X: " + "x" * 1_000_000 + "\r\n\r\noi"),
        ("many headers", HEAD + "X: y\r\n" * 100_000 + "\r\noi"),
        ("many parameters", HEAD + "Content-Type: text/plain" + "; a*0*=b" * 50_000 + "\r\n\r\noi"),
        ("nested divs", HEAD + "Content-Type: text/html\r\n\r\n" + "<div>" * 100_000 + "oi"),
        ("nested quotations", HEAD + "Content-Type: text/html\r\n\r\n" + "<blockquote>" * 200 + "oi"),
        ("attributions", HEAD + "\r\n" + "em 1 :\n" * 100_000),
        ("dashes", HEAD + "\r\n" + "-" * 1_000_000),
        ("flowed lines", HEAD + "Content-Type: text/plain; format=flowed\r\n\r\n" + "a \r\n" * 400_000),
        ("broken multiparts", HEAD + broken_multiparts()),
        ("begin lines", HEAD + "\r\n" + "begin 644 a\r\n" * 990 + "M" * 10_000_000 + "\r\nend\r\n"),
        ("packed RTF", HEAD + packed_mails(60)),
        ("files in winmail.dat", HEAD + files_in_winmail(200)),
        ("combining marks", HEAD + "Subject: a" + "\u0301" * 100_000 + "\r\n\r\n" + "\u0301" * 500_000),
    ],
)
def test_bombs_are_read_in_bounded_time(name, payload):
    with costs_below(2):
        found = read(payload)
    assert found.automated is Automated.NONE
    assert len(found.subject) <= 1000
    assert len(found.cc) <= 500
