"""The head of a payload, shown without being obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.presentation.journal import HEAD_BYTES, head_of


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b"Subject: Ol\xc3\xa1\r\n\r\nTexto\r\n", "Subject: Olá\n\nTexto\n"),
        (b"\x1b[2J", "\\x1b[2J"),
        (b"\xff\x00", "\\xff\\x00"),
        ("a\u202eb\u2028".encode(), "a\\u202eb\\u2028"),
        (b"a\rb", "a\\rb"),
        (b"x" * HEAD_BYTES + b"y", "x" * HEAD_BYTES + "…"),
    ],
)
def test_what_is_no_text_is_escaped(payload, shown):
    assert head_of(payload) == shown


@given(st.binary())
def test_whatever_the_bytes_only_printable_text_is_shown(payload):
    assert all(char in "\n\t" or char.isprintable() for char in head_of(payload))
