"""Attack 34: CR LF, raw and encoded, in every value that reaches a header of ours: one line, and the answer is sent."""

import email
from email import policy

import pytest

from channels.mail.compose import compose
from tests.channels.mail.outgoing import NOW, message, relaying
from tests.channels.mail.reading import MAILBOX, mail, read
from tests.channels.mail.test_relay import sender_to

INJECTIONS = ["\r\nBcc: x@evil.example", "\nBcc: x@evil.example", "\rBcc: x@evil.example", "\u2028Bcc: x@evil.example"]
ENCODED = "=?utf-8?q?oi=0D=0ABcc:_x=40evil.example?="


@pytest.mark.parametrize("field", ["subject", "to", "message_id", "in_reply_to", "reply_to", "language", "sender"])
@pytest.mark.parametrize("injection", INJECTIONS, ids=repr)
def test_no_value_of_an_outgoing_message_adds_a_header(field, injection):
    octets = compose(message(**{field: f"x{injection}"}, html="<p>x"), MAILBOX, NOW)
    found = email.message_from_bytes(octets, policy=policy.SMTP)

    assert found["Bcc"] is None
    assert [name for name in found.keys() if name.lower() == "bcc"] == []  # noqa: SIM118  # keys() may repeat
    assert found["Auto-Submitted"] == "auto-replied"


def test_references_with_line_ends_are_left_out():
    octets = compose(message(references=("<a@b>\r\nBcc: x@y", "<c@d>")), MAILBOX, NOW)

    assert email.message_from_bytes(octets)["References"] == "<c@d>"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (f"Subject: {ENCODED}\r\n", "oi"),
        ("Subject: oi\r\n\tBcc: x@evil.example\r\n", "oi"),
        (f'Content-Type: application/pdf; name="{ENCODED}"\r\n', "oi"),
        ("Content-Disposition: attachment; filename*=utf-8''a%0D%0ABcc%3A%20x.pdf\r\n", "oi"),
        ('Content-Type: text/plain; charset="utf-8\r\n\tBcc: x"\r\n', "oi"),
        ('Content-Type: multipart/mixed; boundary="a\r\n\tBcc: x"\r\n', "--a\r\n\r\noi"),
        ("Message-ID: <a@b\r\n\tBcc:x>\r\n", "oi"),
        ("References: <a@b\r\n\tBcc:x> <c@d>\r\n", "oi"),
    ],
)
async def test_whatever_a_mail_carries_its_fields_are_one_line_and_it_is_answered(headers, body):
    found = mail(headers, body)
    lines = [found.subject, found.sender.name or "", found.message_id or "", *found.references]
    lines += [attachment.name for attachment in found.attachments]
    for line in lines:
        assert len(line.splitlines()) <= 1

    async with relaying() as relay:
        sender = sender_to(relay.port)
        answer = message(
            to=found.return_path,
            subject=f"[#1] {found.subject}",
            in_reply_to=found.message_id,
            references=found.references,
        )
        assert await sender.send(answer)
        await sender.close()
    assert "Bcc" not in email.message_from_bytes(relay.received[0][2])


def test_a_display_name_with_encoded_line_ends_chooses_no_sender():
    found = read("From: =?utf-8?q?A=0D=0ABcc:_x=40evil.example?= <a@b.example>\r\n\r\noi")

    assert (found.sender.address, found.sender.name) == ("a@b.example", "A Bcc: x@evil.example")
