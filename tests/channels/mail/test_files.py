"""Parts that are files: name, type, and whether they are shown inside the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.files import attachment_of, disposition_of, ids_shown_in, plain_file
from channels.mail.mime import read_part
from tests.patience import costs_below


def part(headers, body=b"x"):
    return read_part(headers.encode("utf-8", "surrogateescape") + b"\n\n" + body)


def attachment(headers, body=b"x"):
    one = part(headers, body)
    return attachment_of(one, *disposition_of(one), 3)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ("Content-Disposition: attachment; filename=a.pdf", ("attachment", "a.pdf")),
        ('Content-Disposition: INLINE; filename="a b.pdf"', ("inline", "a b.pdf")),
        ("Content-Disposition: attachment\nContent-Type: text/plain; name=b.txt", ("attachment", "b.txt")),
        ("Content-Type: text/plain; name=b.txt", ("", "b.txt")),
        ("Content-Disposition: attachment; filename*=utf-8''na%C3%A7%C3%A3o.pdf", ("attachment", "nação.pdf")),
        ('Content-Disposition: attachment; filename*1="b.pdf"; filename*0="a"', ("attachment", "ab.pdf")),
        ("Content-Disposition: attachment filename=sem ponto e vírgula.pdf", ("attachment", "sem ponto e vírgula.pdf")),
        ("Content-Disposition: ;", ("", "")),
        ("X: y", ("", "")),
    ],
)
def test_what_a_part_says_of_itself(headers, found):
    assert disposition_of(part(headers)) == found


@pytest.mark.parametrize(
    ("headers", "name", "original"),
    [
        ("Content-Type: application/pdf; name=nota.pdf", "nota.pdf", "nota.pdf"),
        ("Content-Type: application/pdf", "anexo-3.pdf", None),
        ("Content-Type: image/jpeg", "anexo-3.jpg", None),
        ("Content-Type: message/rfc822", "anexo-3.eml", None),
        ("Content-Type: x-unheard/of", "anexo-3", None),
        ('Content-Disposition: attachment; filename="=?utf-8?q?na=C3=A7=C3=A3o.pdf?="', "nação.pdf", "nação.pdf"),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd", "../../etc/passwd"),
        ('Content-Disposition: attachment; filename="C:\\\\temp\\\\CON .txt"', "_CON .txt", "C:\\temp\\CON .txt"),
        ("Content-Disposition: attachment; filename*=utf-8''gpj%E2%80%AE.exe", "gpj.exe", "gpj\u202e.exe"),
        ("Content-Disposition: attachment; filename*=utf-8''a%00b%0D%0A.txt", "ab .txt", "ab\n.txt"),
        ("Content-Disposition: attachment; filename*=utf-8''%E2%80%8B.htaccess", "htaccess", "\u200b.htaccess"),
        ('Content-Disposition: attachment; filename="..."', "anexo-3.txt", "..."),
    ],
)
def test_the_label_is_clean_and_the_original_kept(headers, name, original):
    found = attachment(headers)
    assert (found.name, found.original_name) == (name, original)


def test_a_forwarded_mail_without_a_name_is_called_by_its_subject():
    found = attachment("Content-Type: message/rfc822", b"Subject: =?utf-8?q?or=C3=A7amento?= 1/2\n\noi")
    assert (found.name, found.original_name) == ("orçamento 1_2.eml", None)


@pytest.mark.parametrize("length", [10, 250, 300, 5_000])
def test_a_name_of_any_length_fits_a_file_system(length):
    found = attachment(f'Content-Disposition: attachment; filename="{"é" * length}.pdf"')
    assert len(found.name.encode()) <= 255
    assert found.name.endswith(".pdf")
    assert len(found.original_name) <= 500


@pytest.mark.parametrize(
    ("headers", "inline"),
    [
        ("Content-Type: image/png\nContent-Disposition: inline", True),
        ("Content-Type: image/png\nContent-ID: <a@x>", True),
        ("Content-Type: image/png\nContent-ID: <a@x>\nContent-Disposition: attachment", False),
        ("Content-Type: image/png", False),
        ("Content-Type: application/pdf\nContent-Disposition: inline", False),
    ],
)
def test_a_picture_may_say_that_it_belongs_into_the_text(headers, inline):
    assert attachment(headers).inline is inline


@pytest.mark.parametrize(
    ("html", "ids"),
    [
        ('<img src="cid:Logo@X">', {"logo@x"}),
        ("<IMG SRC=CID:a@x><img src='cid:b@x'>", {"a@x", "b@x"}),
        ('<img src="cid:a%40x">', {"a@x"}),
        ('<div style="background:url(cid:a@x)">', {"a@x"}),
        ('<img src="https://x.example/a.png">', set()),
        ("", set()),
    ],
)
def test_the_pictures_that_html_shows(html, ids):
    assert ids_shown_in(html) == ids


def test_looking_for_very_many_pictures_costs_no_more_than_the_length():
    with costs_below(1):
        assert len(ids_shown_in("é" + "<img src=cid:a>" * 100_000)) == 1
        ids_shown_in("cid:" + "x" * 1_000_000)


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [
        ("nota.pdf", "nota.pdf", "application/pdf"),
        ("../x.html", "x.html", "text/html"),
        ("sem tipo", "sem tipo", "application/octet-stream"),
        ("", "anexo-3", "application/octet-stream"),
    ],
)
def test_a_file_out_of_a_container_has_the_type_of_its_name(name, label, kind):
    found = plain_file(name, b"x", 3)
    assert (found.name, found.content_type) == (label, kind)


@given(st.binary(max_size=200))
def test_any_header_gives_a_label(noise):
    found = attachment("Content-Disposition: attachment; filename=" + noise.decode("utf-8", "surrogateescape"))
    assert found.name
    assert len(found.name.encode()) <= 255
    assert not set(found.name) & set("/\\\0\n")
