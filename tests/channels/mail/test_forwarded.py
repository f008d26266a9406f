"""A message inside a message, as people forward it."""

import pytest

from channels.mail.forwarded import forwarded_text
from channels.mail.history import new_text
from channels.mail.mime import read_mail

RULE = "---------- Mensagem encaminhada ----------"


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (
            "From: Ana <a@x.example>\nTo: b@x.example\nDate: Mon, 2 Mar 2026 10:00:00 -0300\nSubject: oi",
            ["De: Ana <a@x.example>", "Data: Mon, 2 Mar 2026 10:00:00 -0300", "Assunto: oi", "Para: b@x.example"],
        ),
        ("Subject: =?utf-8?q?Ol=C3=A1?=", ["Assunto: Olá"]),
        ("X-Other: 1", []),
        ("From: =?utf-8?q?A=0D=0ABcc=3A_x?= <a@x.example>", ["De: A Bcc: x <a@x.example>"]),
        ("Subject: a\x1b[2J\u202eb", ["Assunto: a [2Jb"]),
    ],
)
def test_who_when_about_what_and_what_it_says(header, rows):
    message = read_mail(f"{header}\n\ncorpo".encode())
    assert forwarded_text(message, "corpo").split("\n") == [RULE, *rows, "", "corpo"]


def test_of_many_recipients_the_first_are_named():
    everybody = ", ".join(f"p{number}@x.example" for number in range(5_000))
    text = forwarded_text(read_mail(f"To: {everybody}\n\n".encode()), "corpo")
    assert text.count("@") == 10


def test_a_message_without_words_ends_with_its_header():
    assert forwarded_text(read_mail(b"Subject: a\n\n"), "") == f"{RULE}\nAssunto: a"


def test_it_is_read_as_a_forward_and_kept():
    text = "Vejam.\n\n" + forwarded_text(read_mail(b"From: a@x.example\nSubject: a\n\n"), "corpo")
    assert new_text(text, "Re: caso", refers=True) == text
