"""Who said what under which id makes a message, its files included, wherever they lie."""

from datetime import UTC, datetime

import pytest

from channels.said import identity_of
from domain.interaction import Attachment
from domain.raw import RawInteraction

RAW = RawInteraction(channel="site", dedup_key="k-1", received_at=datetime(2026, 3, 2, tzinfo=UTC), payload=b"{}")
PAPER = Attachment(name="nota.pdf", content_type="application/pdf", content=b"%PDF")


def identity(*said):
    return identity_of(RAW, "their-7", ("ana", "oi", *said))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((PAPER,), (Attachment(name="nota.pdf", content_type="application/pdf", content=b"%PDF-2"),)),
        (("https://files.example/1",), ("https://files.example/2",)),
        ((), ("https://files.example/1",)),
    ],
)
def test_other_files_are_another_message(one, other):
    assert identity(one) == identity(one)
    assert identity(one) != identity(other)


def test_without_an_id_of_its_own_the_transports_counts():
    assert identity_of(RAW, None, ("ana", "oi")) == "k-1"
