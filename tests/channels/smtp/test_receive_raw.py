"""By which key a repeated delivery is known."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.smtp.receive_dialogue import Transaction
from channels.smtp.receive_raw import dedup_key, raw_mail

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
MARKED = b"Message-ID: <1@x>\r\nSubject: a\r\n\r\ncorpo\r\n"
BARE = b"Subject: a\r\n\r\nMessage-ID: no corpo\r\n"


def key(sender="a@x", to=("b@y", "c@y"), content=MARKED, at=NOW):
    return dedup_key(sender, list(to), content, at)


def test_a_repeat_has_the_same_key_whatever_the_time_and_the_order_of_recipients():
    assert key() == key(to=("c@y", "b@y"), at=NOW + timedelta(days=3))


@pytest.mark.parametrize(
    "other", [{"sender": "z@x"}, {"to": ("b@y",)}, {"content": MARKED + b"."}, {"to": ("b@yc@y",)}]
)
def test_another_delivery_has_another_key(other):
    assert key() != key(**other)


def test_mail_without_a_mark_of_its_own_may_come_again_an_hour_later():
    """A script may say "backup failed" with the very same bytes every day."""
    assert key(content=BARE) == key(content=BARE, at=NOW + timedelta(minutes=5))
    assert key(content=BARE) != key(content=BARE, at=NOW + timedelta(hours=1))


def test_the_raw_mail_is_the_bytes_as_they_came_and_what_the_connection_knew():
    content = b"A: 1\nB\r2\x00\r\n"
    transaction = Transaction("", 0, smtputf8=False, rcpt_to=["s@x"])

    raw = raw_mail("canal", transaction, content, NOW, {"peer": "192.0.2.1", "helo": "c", "tls": False})

    assert raw.payload == content
    assert raw.envelope == {
        "mail_from": "",
        "rcpt_to": ["s@x"],
        "peer": "192.0.2.1",
        "helo": "c",
        "tls": False,
        "smtputf8": False,
    }
