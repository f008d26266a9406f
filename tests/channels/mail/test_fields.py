"""The header of a mail: lines into fields, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.fields import LONGEST_FIELD, MAX_HEADER_BYTES, MAX_HEADER_LINES, read_header
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (b"Subject: a", {"subject": ["a"]}),
        (b"SUBJECT:a", {"subject": ["a"]}),
        (b"Subject : a", {"subject": ["a"]}),
        (b"Subject: a\n b\n\tc", {"subject": ["a b\tc"]}),
        (b"Subject:\n a", {"subject": ["a"]}),
        (b"To: a\nTo: b", {"to": ["a", "b"]}),
        (b"Subject: Ol\xc3\xa1", {"subject": ["Olá"]}),
        (b"Subject: Ol\xe1", {"subject": ["Ol\udce1"]}),
        (b"From ana@x.example Mon Mar  2\nSubject: a", {"subject": ["a"]}),
        (b">From ana@x.example\nSubject: a", {"subject": ["a"]}),
        (b" folded nothing\nSubject: a", {"subject": ["a"]}),
        (b"Subject: a\nsem dobra\nTo: b@x.example", {"subject": ["a sem dobra"], "to": ["b@x.example"]}),
        (b"Subject: a:b", {"subject": ["a:b"]}),
        (b"Subject:", {"subject": [""]}),
        (b": nothing", {}),
        (b"", {}),
    ],
)
def test_lines_become_fields(head, fields):
    assert read_header(head).fields == fields


def test_the_order_of_fields_is_kept():
    assert read_header(b"Received: a\nFrom: b\nReceived: c").order == ["received", "from", "received"]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Subject: a\nBom dia, tudo bem?\nsem linha em branco", b"Bom dia, tudo bem?\nsem linha em branco"),
        (b"Subject: a\n\n", None),
        ("Subject: é\nolá, tudo bem?".encode(), "olá, tudo bem?".encode()),
        (b"Subject: a", None),
        (b"nothing that is a field", b"nothing that is a field"),
    ],
)
def test_a_line_that_is_no_field_begins_the_body(head, body):
    end = read_header(head).end
    assert (None if end is None else head[end:]) == body


@pytest.mark.parametrize(
    ("head", "cut"),
    [
        (b"Subject: a", False),
        (b"X: y\n" * (MAX_HEADER_LINES + 5), True),
        (b"X: " + b"y" * (LONGEST_FIELD + 5), True),
        (b"X: " + b"y" * MAX_HEADER_BYTES, True),
    ],
)
def test_what_is_more_than_is_read_is_said(head, cut):
    header = read_header(head)
    assert header.cut is cut
    assert all(len(value) <= LONGEST_FIELD for values in header.fields.values() for value in values)
    assert sum(map(len, header.fields.values())) <= MAX_HEADER_LINES


@pytest.mark.parametrize(
    "head",
    [b"X: y\n" * 400_000, b" " * 2_000_000, b":\n" * 500_000, b"a\n" * 500_000, b"Subject: a\n" + b" x\n" * 400_000],
)
def test_hostile_headers_cost_no_more_than_their_length(head):
    with costs_below(1):
        read_header(head)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_header_or_none(head):
    header = read_header(head)
    assert header.end is None or 0 <= header.end <= len(head)
    assert len(header.order) == sum(map(len, header.fields.values()))
