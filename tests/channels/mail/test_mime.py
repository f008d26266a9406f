"""The MIME reader, held against the standard library's on honest mail."""

import email
import string
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.mime import MAX_DEPTH, children, parameters, read_mail, with_plain_line_ends
from channels.mail.parts import contents_of
from tests.channels.cases import cases_of


def leaves(part, depth=0):
    inner = list(children(part)) if depth < MAX_DEPTH else []
    return [leaf for child in inner for leaf in leaves(child, depth + 1)] if inner else [part]


def standard_leaves(message):
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        return [message]
    return [leaf for child in message.get_payload() for leaf in standard_leaves(child)]


HONEST = [case for case in cases_of("smtp") if case.path.stem not in {"not_a_mail", "bare_line_feeds", "bounce"}]


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.path.stem)
def test_it_finds_the_parts_the_standard_library_finds(case):
    payload = case.path.read_bytes()
    ours, theirs = leaves(read_mail(payload)), standard_leaves(email.message_from_bytes(payload))

    assert [leaf.content_type for leaf in ours] == [leaf.get_content_type() for leaf in theirs]
    for leaf, other in zip(ours, theirs, strict=True):
        if leaf.content_type != "message/rfc822":
            assert leaf.content.split() == other.get_payload(decode=True).split()


texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60)


@given(texts, st.lists(st.binary(min_size=1, max_size=200), max_size=4), texts)
def test_what_the_standard_library_writes_is_read_back(text, files, html):
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content(text)
    message.add_alternative(f"<p>{html}</p>", subtype="html")
    for number, content in enumerate(files):
        message.add_attachment(content, maintype="application", subtype="x-test", filename=f"ação {number}.bin")

    found = contents_of(read_mail(message.as_bytes()))

    assert found.text.split() == text.split() or not text.strip(".,;:*_=|+~-" + string.whitespace + "\xa0")
    assert [attachment.content for attachment in found.attachments] == files
    assert [attachment.name for attachment in found.attachments] == [f"ação {n}.bin" for n in range(len(files))]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("text/plain", "text/plain", {}),
        ("Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        ('a/b; name="x; y=\\"z\\""; other=1', "a/b", {"name": 'x; y="z"', "other": "1"}),
        ("a/b; name*=utf-8'pt'a%C3%A7%C3%A3o.pdf", "a/b", {"name": "ação.pdf"}),
        ("a/b; name*1=dois; name*0=um", "a/b", {"name": "umdois"}),
        ("a/b; name*1*=%20b; name*0*=iso-8859-1''%E1; name*2=c", "a/b", {"name": "á bc"}),
        ("a/b; name=um; name=dois", "a/b", {"name": "um"}),
        ("a/b; name=um; name*=utf-8''dois", "a/b", {"name": "dois"}),
        ("a/b;; ;=x; name", "a/b", {}),
        ('a/b; name="aberto', "a/b", {"name": "aberto"}),
        ("a/b; name*99999=x", "a/b", {"name": "x"}),
    ],
)
def test_parameters(value, kind, expected):
    assert parameters(value) == (kind, expected)


def boundaries(body, boundary="x"):
    mail = read_mail(f"Content-Type: multipart/mixed; boundary={boundary}\n\n{body}".encode())
    return [child.body.decode() for child in children(mail)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("--x\n\na\n--x\n\nb\n--x--\nepilogue", ["a", "b"]),
        ("preamble\n--x\n\na\n--x--", ["a"]),
        ("--x \t\n\na\n--x-- \n", ["a"]),
        ("--x\n\na\n--xy\n--x--", ["a\n--xy"]),
        ("--x\n\na\n --x\nb\n--x--", ["a\n --x\nb"]),
        ("--x\n\nnot closed", ["not closed"]),
        ("--x\n--x\n\nb\n--x--", ["", "b"]),
        ("--x--\n--x\n\nafter the end", ["after the end"]),
        ("--x\n\na\n--x--\nepilogue\n--x\n\nb\n--x--", ["a", "b"]),
        ("no boundary at all", []),
    ],
)
def test_boundaries(body, expected):
    assert boundaries(body) == expected


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nx\r\ny", b"A: 1\nB: 2\n\nx\ny"),
        (b"A: 1\nB: 2\n\nx\ny", b"A: 1\nB: 2\n\nx\ny"),
        (b"A: 1\r\nB: 2\nC: 3\rD: 4\r\n\r\nx\ny\rz", b"A: 1\nB: 2 C: 3 D: 4\n\nx\ny\nz"),
        (b"A: 1\r\n\nB: 2\r\n\r\nx", b"A: 1\n B: 2\n\nx"),
        (b"A: 1\r\r\n\r\nx", b"A: 1 \n\nx"),
        (b"", b""),
        (b"\n", b"\n"),
    ],
)
def test_bare_line_ends_in_a_header_are_spaces(came, expected):
    """Attack 13. A file with LF line ends throughout keeps its lines."""
    assert with_plain_line_ends(came) == expected
