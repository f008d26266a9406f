"""Attack 13: a bare LF or CR inside a header line becomes no header, and the journal keeps the bytes as they came."""

import pytest

from channels.mail.decode import decode
from domain.interaction import Automated
from tests.channels.mail.reading import MAILBOX, read
from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import receiver_of, receiving, wired

HEAD = b"Received: from relay.example\r\nFrom: vitima@cliente.example\r\nMessage-ID: <1@x>\r\n"


@pytest.mark.parametrize("bare", [b"\n", b"\r", b"\n\n", b"\r\r", b"\r\n\r\r\n\n"], ids=repr)
@pytest.mark.parametrize(
    "planted", [b"Auto-Submitted: auto-replied", b"From: chefe@exemplo.com", b"Authentication-Results: mx; dmarc=pass"]
)
async def test_nothing_planted_behind_a_bare_line_end_is_a_header(planted, bare):
    bare = bare.replace(b"\r\n\r\r\n\n", b"\r\r\n \n")
    payload = HEAD + b"Subject: oi" + bare + planted + b"\r\n\r\ncorpo\r\n"
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        assert (await wire.content(payload + b".\r\n")).startswith(b"250")

    (raw,) = intake.accepted
    assert raw.payload == payload
    (found,) = decode(MAILBOX, raw)
    assert found.sender.address == "vitima@cliente.example"
    assert found.automated is Automated.NONE
    assert planted.decode() in found.subject
    assert found.text == "corpo"


def test_a_bare_blank_line_does_not_end_the_header_early():
    found = read(HEAD + b"Subject: oi\n\nTo: x@y.example\r\nAuto-Submitted: auto-replied\r\n\r\ncorpo")

    assert found.automated is Automated.AUTO_REPLY
    assert found.text == "corpo"
