"""What a mail of ours looks like to an independent parser."""

import email
import re
from dataclasses import replace
from email import policy
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.compose import compose, envelope_of, mail_address
from domain.interaction import Attachment
from tests.channels.mail.outgoing import NOW, message
from tests.channels.mail.reading import MAILBOX

HEADERS = [
    "From", "To", "Subject", "Date", "Reply-To", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
]  # fmt: skip


def parsed(**given):
    return email.message_from_bytes(compose(message(**given), MAILBOX, NOW), policy=policy.SMTP)


def test_an_acknowledgement_has_the_headers_of_an_automatic_answer():
    """RFC 3834: said to be automatic, threaded, and no Precedence."""
    found = parsed()

    assert found.keys() == HEADERS
    assert (found["From"], found["To"]) == ("Suporte Exemplo <suporte@exemplo.com>", "ana@cliente.example")
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["In-Reply-To"] == "<1@cliente.example>"
    assert found["References"].split() == ["<0@cliente.example>", "<1@cliente.example>"]
    assert found["Reply-To"].startswith("suporte+")
    assert parsedate_to_datetime(found["Date"]) == NOW
    assert found.get_content().replace("\r\n", "\n") == "Olá,\n\nseu chamado é o 42.\n"


def test_a_persons_answer_is_not_called_automatic():
    found = parsed(automatic=False)

    assert "Auto-Submitted" not in found
    assert "X-Auto-Response-Suppress" not in found


def test_html_comes_as_the_richer_alternative():
    found = parsed(html="<p>Olá, <b>seu</b> chamado é o 42.</p>")

    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert "<b>seu</b>" in found.get_body(("html",)).get_content()


def test_it_is_seven_bit_with_short_lines_and_the_same_every_time():
    octets = compose(message(text="á" * 3000 + "\n.\nFrom here", html="<p>" + "é" * 3000), MAILBOX, NOW)

    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets)
    assert octets == compose(message(text="á" * 3000 + "\n.\nFrom here", html="<p>" + "é" * 3000), MAILBOX, NOW)


def test_automatic_mail_has_the_null_reverse_path():
    assert envelope_of(message(), MAILBOX).sender == ""
    assert envelope_of(message(automatic=False), MAILBOX).sender == "suporte@exemplo.com"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ana@x.example", "ana@x.example"),
        (" ana@x.example ", "ana@x.example"),
        ("bounce+ana=x.example@lista.example", "bounce+ana=x.example@lista.example"),
        ('"a b"@x.example', '"a b"@x.example'),
        ("ana@ação.example", "ana@xn--ao-siap.example"),
        ("josé@x.example", "josé@x.example"),
        ("a@evil.example, b@x.example", None),
        ("a@x.example\r\nBcc: b@x.example", None),
        ("<a@x.example>", None),
        ("a@x.example>, <y@z.example", None),
        ('"a@x.example, "b"@y.example', None),
        ("scanner", None),
        ("@x.example", None),
        ("a@", None),
        ("", None),
        ("a@" + "é" * 80 + ".example", None),
        ("a" * 400 + "@x.example", None),
    ],
)
def test_exactly_one_address_or_none(address, expected):
    assert mail_address(address) == expected


strange = st.text(st.characters(), max_size=80)


@given(strange, strange, strange, strange, strange, st.lists(strange, max_size=5), st.none() | strange, st.booleans())
def test_no_text_makes_it_raise_or_adds_a_header(to, subject, text, message_id, reply_to, references, html, automatic):
    """Whatever is in the values, the headers are ours and the words are theirs."""
    given_message = message(
        to=to, subject=subject, text=text, message_id=message_id, in_reply_to=message_id, reply_to=reply_to,
        references=tuple(references), html=html, language=text, sender=to, automatic=automatic,
    )  # fmt: skip
    octets = compose(given_message, MAILBOX, NOW)
    envelope_of(given_message, MAILBOX)

    names = [line.partition(b":")[0] for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] != b" "]
    assert set(names) <= {name.encode() for name in HEADERS}
    assert len(names) == len(set(names))
    assert email.message_from_bytes(octets).defects == []


NAMES = ["Suporte", "Ação & Cia", "É" * 200, 'x", <y@z.example>\r\nBcc: a@b.example', "a" * 200, "Müller, José (SP)",
         "=?utf-8?q?x?=", '\\"', "日本語" * 60, "👩‍👩‍👧" * 25]  # fmt: skip
SUBJECTS = [
    "Re: " + "ç" * 400,
    "x" * 2000,
    "",
    "a\r\nBcc: x@y.example",
    "=?utf-8?q?=0D=0ABcc:x?=",
    "👍" * 200,
    "\u2028x\0",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_strict_parser_finds_nothing_to_mend_whatever_names_and_subjects_are_like(name, subject):
    """One author, one recipient, no line over 998 octets, files with their names."""
    files = (file("ç" * 250 + ".pdf"), file("👍" * 300 + ".pdf"))
    ids = tuple(f"<{number}{'a' * 200}@x.example>" for number in range(60))
    given_message = message(subject=subject, html="<p>" + "é" * 3000, references=ids, attachments=files)
    octets = compose(given_message, replace(MAILBOX, name=name), NOW)
    found = email.message_from_bytes(octets, policy=policy.SMTP.clone(raise_on_defect=True))

    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert [address.addr_spec for address in found["From"].addresses] == ["suporte@exemplo.com"]
    assert "Bcc" not in found
    assert (found["From"].defects, found["Subject"].defects) == ((), ())
    assert [one.get_filename()[-4:] for one in found.iter_attachments()] == [".pdf", ".pdf"]


def test_of_a_long_thread_its_beginning_and_its_end_are_named():
    ids = tuple(f"<{number}@x.example>" for number in range(60))

    assert parsed(references=ids)["References"].split() == [ids[0], *ids[-19:]]


def file(name="nota.pdf", content_type="application/pdf", content=b"%PDF"):
    return Attachment(name=name, content_type=content_type, content=content)


def test_files_go_along_beside_both_texts():
    sent = parsed(html="<p>x</p>", attachments=(file(), file("a.bin", "application/octet-stream", bytes(range(256)))))

    assert sent.get_content_type() == "multipart/mixed"
    assert sent.get_body(("html",)).get_content().strip() == "<p>x</p>"
    assert [one.get_content() for one in sent.iter_attachments()] == [b"%PDF", bytes(range(256))]
    lines = compose(message(attachments=(file(content=b"x" * 9999),)), MAILBOX, NOW).split(b"\r\n")
    assert all(len(line) <= 78 for line in lines)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("nota ção.pdf", "nota ção.pdf"),
        ('a"b\r\nX-Evil: 1.pdf', "a_b X-Evil_ 1.pdf"),
        ("../../etc/passwd", "passwd"),
        ("x\u202efdp.exe", "xfdp.exe"),
        ("日本.txt", "日本.txt"),
    ],
)
def test_the_name_of_a_file_is_a_label_and_nothing_more(given, seen):
    sent = parsed(attachments=(file(given),))

    (attached,) = sent.iter_attachments()
    assert attached.get_filename() == seen
    assert "X-Evil" not in sent


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "text/html\r\nX-Evil: 1", "", "x"])
def test_a_type_that_base64_or_a_header_does_not_bear_is_a_plain_file(kind):
    (attached,) = parsed(attachments=(file(content_type=kind),)).iter_attachments()

    assert attached.get_content_type() == "application/octet-stream"


def test_the_envelope_sender_of_an_agents_words_is_the_signed_one_and_of_a_machines_is_nobody():
    signed = "bounces+abc@exemplo.com"
    assert envelope_of(message(automatic=False, envelope_sender=signed), MAILBOX).sender == signed
    assert envelope_of(message(automatic=True, envelope_sender=signed), MAILBOX).sender == ""
    assert envelope_of(message(automatic=False), MAILBOX).sender == "suporte@exemplo.com"
