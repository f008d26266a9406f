"""Which text counts and what is a file."""

from base64 import b64encode

import pytest

from channels.mail.tnef import read_tnef
from tests.channels.mail import winmail
from tests.channels.mail.reading import mail

PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n"


def multipart(kind, *parts):
    body = "".join(f"--{kind}\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={kind}\r\n\r\n{body}--{kind}--\r\n"


def read(structure):
    head, _, body = structure.partition("\r\n\r\n")
    return mail(head + "\r\n", body)


@pytest.mark.parametrize(
    ("structure", "text"),
    [
        (multipart("alternative", PLAIN + "simples", HTML + "<p>rico</p>"), "simples"),
        (multipart("alternative", PLAIN + "  \r\n", HTML + "<p>rico</p>"), "rico"),
        (multipart("alternative", HTML + "<p>só rico</p>"), "só rico"),
        (multipart("mixed", HTML + "<p>rico</p>", PLAIN + "rodapé"), "rico\n\nrodapé"),
        (multipart("mixed", multipart("alternative", PLAIN + "um", HTML + "dois"), PLAIN + "três"), "um\n\ntrês"),
        (multipart("mixed", multipart("related", HTML + "<b>oi</b>", "Content-Type: image/png\r\n\r\nx")), "oi"),
        ("Content-Type: multipart/mixed\r\n\r\nsem fronteira", "sem fronteira"),
        ("Content-Type: multipart/mixed; boundary=nunca\r\n\r\nsem partes", "sem partes"),
        ("Content-Type: text\r\n\r\ntipo quebrado", "tipo quebrado"),
        ("Content-Transfer-Encoding: base64\r\n\r\nb2xh!!!IQ", "ola!"),
        ("Content-Transfer-Encoding: x-nunca-visto\r\n\r\ncomo veio", "como veio"),
    ],
)
def test_the_text_that_counts(structure, text):
    assert read(structure).text_full == text


@pytest.mark.parametrize(
    ("headers", "name", "inline"),
    [
        ("Content-Type: application/pdf; name=a.pdf", "a.pdf", False),
        ('Content-Disposition: attachment; filename="a b.txt"', "a b.txt", False),
        ("Content-Type: image/png\r\nContent-ID: <1@x>", "anexo-1.png", True),
        ("Content-Type: image/png\r\nContent-Disposition: inline; filename=logo.png", "logo.png", True),
        ("Content-Type: text/csv", "anexo-1.csv", False),
        ("Content-Type: application/x-nunca-visto", "anexo-1", False),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd", False),
        ('Content-Disposition: attachment; filename="=?utf-8?q?a=C3=A7=C3=A3o.pdf?="', "ação.pdf", False),
        ('Content-Disposition: attachment; filename="a\u202egpj.exe"', "agpj.exe", False),
    ],
)
def test_what_is_a_file_and_its_label(headers, name, inline):
    (attachment,) = read(multipart("mixed", PLAIN + "oi", headers + "\r\n\r\nconteúdo")).attachments

    assert (attachment.name, attachment.inline) == (name, inline)
    assert attachment.content == "conteúdo".encode()


def test_the_name_as_it_was_written_is_kept_beside_the_cleaned_one():
    part = 'Content-Disposition: attachment; filename="\u200b.htaccess"\r\n\r\nx'
    (attachment,) = read(multipart("mixed", part)).attachments

    assert attachment.original_name == "\u200b.htaccess"
    assert not attachment.name.startswith((".", "\u200b"))


def test_a_forwarded_mail_is_one_file_with_its_own_bytes():
    inner = "From: rita@x.example\r\nSubject: original\r\n\r\ncorpo"
    (attachment,) = read(multipart("mixed", PLAIN + "veja", "Content-Type: message/rfc822\r\n\r\n" + inner)).attachments

    assert attachment.name == "original.eml"
    assert attachment.content == inner.replace("\r\n", "\n").encode()


def test_more_parts_than_we_read_are_said_to_be_dropped():
    found = read(multipart("mixed", *[PLAIN + "x"] * 1500))

    assert found.traits["mail.parts_dropped"] is True
    assert found.text_full.count("x") < 1000


def test_files_out_of_containers_have_one_bound_for_the_mail():
    box = winmail.winmail(*[winmail.file("a.txt", b"x")] * 400)
    part = "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64encode(box).decode()
    found = read(multipart("mixed", *[part] * 5))

    assert found.traits["mail.parts_dropped"] is True
    assert 1000 <= len(found.attachments) < 1010


def test_what_rtf_unpacks_to_has_one_bound_for_the_mail():
    """The first ones are read, the later ones are only files."""
    rtf = winmail.variable(winmail.BINARY, winmail.P_RTF, winmail.bomb(6_000))
    box = winmail.winmail(winmail.attribute(winmail.PROPERTIES, winmail.listed(rtf)))
    assert [read_tnef(box, left).unpacked for left in (1_000_000, 100, 0)] == [816_000, 100, 0]


@pytest.mark.parametrize(
    ("part", "trait", "value"),
    [
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx", "mail.encrypted", "smime"),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nx", "mail.encrypted", None),
        (PLAIN + "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n", "mail.encrypted", "pgp"),
        (PLAIN + "como leio -----BEGIN PGP MESSAGE-----?", "mail.encrypted", None),
        ("Content-Type: application/ms-tnef\r\n\r\nx", "mail.tnef", "damaged: this is no TNEF"),
        (PLAIN + "oi", "mail.tnef", None),
    ],
)
def test_what_could_not_be_read_is_a_trait_for_rules(part, trait, value):
    assert read(multipart("mixed", part)).traits.get(trait) == value


def test_text_longer_than_we_read_is_said_to_be_cut():
    found = read(PLAIN + "x" * 3_000_000)

    assert found.traits["mail.cut"] is True
    assert len(found.text_full) == 2_000_000
