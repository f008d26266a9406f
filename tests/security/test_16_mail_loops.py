"""Attack 16: a hundred and one Received lines, our own Message-ID or our own address come back: known as a loop."""

import pytest

from domain.interaction import Automated
from tests.channels.mail.reading import mail, read

OURS = "<balcao.42.0123456789abcdef01234567@exemplo.com>"


@pytest.mark.parametrize(("count", "looping"), [(1, False), (100, False), (101, True), (1000, True)])
def test_too_many_hops_are_a_loop(count, looping):
    found = mail("Received: from a by b; Mon, 2 Mar 2026 08:00:00 -0300\r\n" * count)

    assert found.traits.get("mail.loop", False) is looping
    assert found.text == "oi", "it is recorded all the same"


@pytest.mark.parametrize("message_id", [OURS, OURS.upper(), f" {OURS} "])
def test_our_own_message_id_coming_back_is_our_own_mail(message_id):
    assert mail(f"Message-ID: {message_id}\r\n").automated is Automated.OWN


@pytest.mark.parametrize("sender", ["suporte@exemplo.com", "SUPORTE+ficha@exemplo.com", '"Ana" <suporte@exemplo.com>'])
def test_mail_from_our_own_address_is_our_own(sender):
    assert read(f"From: {sender}\r\nSubject: oi\r\n\r\noi").automated is Automated.OWN


def test_a_reply_to_our_mail_is_a_persons():
    """In-Reply-To and References name our ids in every honest reply."""
    assert mail(f"In-Reply-To: {OURS}\r\nReferences: {OURS}\r\n").automated is Automated.NONE
