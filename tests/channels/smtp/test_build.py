"""Options and context into a channel."""

import pytest

from channels.base import BuildContext
from channels.mail.directory import DirectorySender
from channels.mail.relay import RelaySender
from channels.smtp import Options, build
from domain.errors import ConfigError
from tests.channels.smtp.transport import OPTIONS


@pytest.fixture
def context(tmp_path):
    return BuildContext(
        name="suporte-mail", base=tmp_path, var=tmp_path, hostname="mx", reveal=lambda reference: f"<{reference}>"
    )


def test_without_a_relay_mail_is_written_below_var(context):
    channel = build(Options.model_validate(OPTIONS), context)

    assert (channel.name, channel.kind) == ("suporte-mail", "smtp")
    assert isinstance(channel.sender, DirectorySender)
    assert channel.mailbox.owns("suporte@exemplo.com")
    assert channel.routes is None


def test_with_a_relay_its_password_is_revealed(context):
    relay = {"host": "relay.example", "username": "u", "password": "env:RELAY"}
    channel = build(Options.model_validate({**OPTIONS, "relay": relay}), context)

    assert isinstance(channel.sender, RelaySender)
    assert channel.sender._password == "<env:RELAY>"


def test_a_certificate_that_cannot_be_used_is_named(context, tmp_path):
    tls = {"certificate": str(tmp_path / "none.pem"), "key": str(tmp_path / "none.key")}

    with pytest.raises(ConfigError, match=r"none\.pem:1:1: the certificate and its key cannot be used"):
        build(Options.model_validate({**OPTIONS, "tls": tls}), context)
