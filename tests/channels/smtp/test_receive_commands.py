"""MAIL and RCPT arguments as clients write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.smtp.receive_commands import Path, Refusal, read_mail, read_rcpt


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (b"FROM:<a@b.example>", Path("a@b.example")),
        (b"from: <a@b.example>", Path("a@b.example")),
        (b"FROM:a@b.example", Path("a@b.example")),
        (b"FROM:<>", Path("")),
        (b"FROM:<> SIZE=10 BODY=8BITMIME", Path("", 10)),
        (b"FROM:<a@b.example> size=1000 smtputf8", Path("a@b.example", 1000, True)),
        ("FROM:<josé@b.example>".encode(), Path("josé@b.example", 0, True)),
        (b'FROM:<"a b@c"@b.example>', Path('"a b@c"@b.example')),
        (b"FROM:<@um.example,@dois.example:a@b.example>", Path("a@b.example")),
        (b"FROM:<a@[192.0.2.1]>", Path("a@[192.0.2.1]")),
        (b"FROM:<bounce+a=b.example@lista.example>", Path("bounce+a=b.example@lista.example")),
    ],
)
def test_reverse_paths_that_are_taken(argument, expected):
    assert read_mail(argument) == expected


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        (b"", b"501"),
        (b"<a@b.example>", b"501"),
        (b"FROM:", b"553"),
        (b"FROM:<a>", b"553"),
        (b"FROM:<a@b@c>", b"553"),
        (b"FROM:<a@b.example", b"553"),
        (b"FROM:<a@b.example> AUTH=<>", b"555"),
        (b"FROM:<a@b.example> SIZE=ten", b"555"),
        (b"FROM:<a@b.example> SIZE=" + b"9" * 30, b"555"),
        (b"FROM:<a@b.example> BODY=BINARYMIME", b"555"),
        (b"FROM:<" + b"a" * 600 + b"@b.example>", b"553"),
        (b"FROM:<\xff\xfe@b.example>", b"553"),
        (b"FROM:<a\x01@b.example>", b"553"),
        (b"FROM:<a b@c.example>", b"553"),
    ],
)
def test_reverse_paths_that_are_refused_in_words(argument, code):
    refusal = read_mail(argument)

    assert isinstance(refusal, Refusal)
    assert refusal.reply.startswith(code)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (b"TO:<a@b.example>", Path("a@b.example")),
        (b"TO:<Postmaster>", Path("postmaster")),
        (b"to: <postmaster>", Path("postmaster")),
        (b"TO:<a+ficha@b.example>", Path("a+ficha@b.example")),
    ],
)
def test_recipients_that_are_read(argument, expected):
    assert read_rcpt(argument) == expected


@pytest.mark.parametrize("argument", [b"TO:<>", b"TO:<a>", b"TO:<a@b.example> NOTIFY=NEVER", b"FROM:<a@b.example>"])
def test_recipients_that_are_refused(argument):
    assert isinstance(read_rcpt(argument), Refusal)


@given(st.binary(max_size=300))
def test_any_argument_is_read_or_refused_without_repeating_it(argument):
    """A reply holds nothing of the client's, so nothing can be smuggled into logs or terminals behind it."""
    for read in (read_mail, read_rcpt):
        answer = read(b"FROM:" + argument if read is read_mail else b"TO:" + argument)
        assert isinstance(answer, Path) or answer.reply[:3] in {b"501", b"553", b"555"}
