"""What only a mailbox knows of a mail: since when it has been there."""

from datetime import UTC, datetime

import pytest

from channels.imap.decode import decode
from domain.raw import RawInteraction
from tests.channels.mail.reading import MAILBOX

FETCHED = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
MAIL = b"From: ana@cliente.example\r\nSubject: x\r\nMessage-ID: <1@x>\r\n%s\r\noi\r\n"


def read(arrived_at, *, date=b""):
    raw = RawInteraction(channel="caixa", dedup_key="k", received_at=FETCHED, payload=MAIL % date,
                         envelope={"folder": "INBOX", "arrived_at": arrived_at})  # fmt: skip
    (interaction,) = decode(MAILBOX, raw)
    return interaction


def test_it_came_when_the_server_took_it_whatever_its_sender_says_and_however_late_it_is_fetched():
    found = read("2026-11-26T20:15:00+00:00", date=b"Date: Thu, 26 Nov 2026 10:00:00 -0300\r\n")

    assert found.arrived_at == datetime(2026, 11, 26, 20, 15, tzinfo=UTC)
    assert found.occurred_at == datetime(2026, 11, 26, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize("arrived_at", [None, "ontem", "2026-11-26T20:15:00", "2026-11-27T09:00:00+00:00"])
def test_without_a_believable_date_of_the_server_it_came_when_it_was_fetched(arrived_at):
    """None, nonsense, without a zone, in the future."""
    assert read(arrived_at).arrived_at == FETCHED


def test_a_date_that_the_sender_puts_after_its_arrival_is_not_believed():
    found = read("2026-11-20T20:15:00+00:00", date=b"Date: Thu, 26 Nov 2026 10:00:00 -0300\r\n")

    assert found.occurred_at == found.arrived_at
