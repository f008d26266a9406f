"""A server that is called: certificates to trust are no use where nothing is encrypted, whatever the channel."""

import pytest
from pydantic import ValidationError

from channels.imap.options import Options as Mailbox
from channels.mail.options import Relay
from channels.voice.options import Ami

RELAY = (Relay, {"host": "mx.exemplo.com.br"}, "none")
AMI = (Ami, {"host": "pabx.exemplo.com.br", "user": "balcao", "secret": "env:AMI"}, False)
MAILBOX = (Mailbox, {"host": "imap.exemplo.com.br", "username": "suporte", "password": "env:IMAP"}, "none")


@pytest.mark.parametrize(("options", "given", "off"), [RELAY, AMI, MAILBOX], ids=["relay", "ami", "imap"])
def test_trusting_somebody_who_is_not_asked_is_a_mistake(options, given, off):
    with pytest.raises(ValidationError, match='"ca" is for an encrypted connection, and "tls" is off'):
        options(**given, tls=off, ca="ca.pem")
    assert options(**given, tls=off).ca is None
    on = True if off is False else "implicit"
    assert str(options(**given, tls=on, ca="ca.pem").ca) == "ca.pem"
