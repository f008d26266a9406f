"""A relay's certificate is verified: by the system's authorities, or by the `ca` of the settings and nobody else."""

import shutil
import ssl

import pytest
from pydantic import ValidationError

from channels.base import BuildContext
from channels.mail.options import MailOptions, Relay
from channels.mail.sender import sender_of
from domain.errors import ConfigError, SendFailed
from tests.channels.mail.outgoing import message, relaying
from tests.dovecot import make_certificate

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An authority of our own, and another that nobody uses."""
    made = tmp_path_factory.mktemp("relay-tls")
    (made / "other").mkdir()
    make_certificate(made)
    make_certificate(made / "other")
    return made


def sender_to(folder, port, **given):
    relay = {"host": "localhost", "port": port, **given}
    context = BuildContext(name="email", base=folder, var=folder, hostname="mx", reveal=lambda _: "geheim-pw")
    return sender_of(MailOptions.model_validate({"relay": relay}), context)


def secure(folder, tls):
    """How the relay offers TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return {"tls_context": context, "require_starttls": True} if tls == "starttls" else {"implicit": context}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_of_ones_own_is_trusted_where_the_settings_name_it(folder, tls):
    async with relaying(**secure(folder, tls)) as relay:
        sender = sender_to(folder, relay.port, tls=tls, ca="certificate.pem")
        assert await sender.send(message()) == "OK queued as ABC"
        await sender.close()
    assert len(relay.received) == 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize(
    "given", [{}, {"ca": "other/certificate.pem"}, {"ca": "certificate.pem", "host": "127.0.0.2"}],
    ids=["nobody vouches", "another's authority", "another name"],
)  # fmt: skip
async def test_nothing_is_said_to_a_relay_that_nobody_vouches_for(folder, tls, given):
    """The same server on another address of this machine has no such name in its certificate."""
    async with relaying(host=given.get("host", "127.0.0.1"), **secure(folder, tls)) as relay:
        sender = sender_to(folder, relay.port, tls=tls, username="ana", password="env:X", **given)
        with pytest.raises(SendFailed, match="cannot be reached") as failed:
            await sender.send(message())
        await sender.close()
    assert "CERTIFICATE_VERIFY_FAILED" in failed.value.detail
    assert (failed.value.permanent, failed.value.away) == (False, True), "it waits until a person has mended it"
    assert relay.received == []


def test_an_authority_that_cannot_be_read_is_told_by_its_file(folder):
    with pytest.raises(ConfigError, match=r"none\.pem:1:1: the certificates to trust cannot be used"):
        sender_to(folder, 25, ca="none.pem")


def test_an_authority_without_tls_is_a_mistake():
    with pytest.raises(ValidationError, match="encrypted"):
        Relay(host="mx", tls="none", ca="certificate.pem")
