"""Attack 14: what is said in clear behind STARTTLS is dropped, never obeyed over TLS (CVE-2024-34083)."""

import asyncio
import smtplib
import ssl
import subprocess
from pathlib import Path

import pytest

from channels.smtp.build import _tls_context
from channels.smtp.options import Tls
from tests.channels.site import FakeIntake
from tests.channels.smtp.transport import MAIL, Wire, receiver_of, receiving, wired
from tests.patience import PATIENCE


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = Tls(certificate=folder / "cert.pem", key=folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=mx.exemplo.com"]
    try:
        subprocess.run([*command, "-keyout", made.key, "-out", made.certificate], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl command to make a certificate with")
    return made


@pytest.fixture
def trusting():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def over_tls(wire, trusting):
    """The same connection after the handshake."""
    await asyncio.wait_for(wire.writer.start_tls(trusting), PATIENCE)
    return Wire(wire.reader, wire.writer)


async def test_commands_sent_in_clear_behind_starttls_are_dropped(certificate, trusting):
    intake = FakeIntake()
    injected = b"EHLO evil\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<suporte@exemplo.com>\r\n"
    async with receiving(receiver_of(tls=_tls_context(certificate, Path())), intake) as port, wired(port) as wire:
        assert b"STARTTLS" in await wire.say(b"EHLO c\r\n")
        assert (await wire.say(b"STARTTLS\r\n" + injected)).startswith(b"220")
        secure = await over_tls(wire, trusting)
        assert (await secure.say(b"DATA\r\n")).startswith(b"503")
        assert b"STARTTLS" not in await secure.say(b"EHLO c\r\n")
        assert (await secure.content(b"oi\r\n.\r\n")).startswith(b"250")

    (raw,) = intake.accepted
    assert raw.envelope["mail_from"] == "ana@cliente.example"
    assert raw.envelope["tls"] is True


async def test_what_was_said_before_tls_is_forgotten(certificate, trusting):
    async with receiving(receiver_of(tls=_tls_context(certificate, Path())), FakeIntake()) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        await wire.say(b"MAIL FROM:<a@b.example>\r\n")
        await wire.say(b"STARTTLS\r\n")
        secure = await over_tls(wire, trusting)
        assert (await secure.say(b"RCPT TO:<suporte@exemplo.com>\r\n")).startswith(b"503")


async def test_an_ordinary_client_sends_over_tls(certificate, trusting):
    intake = FakeIntake()

    def client(port):
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as session:
            session.starttls(context=trusting)
            session.sendmail("ana@cliente.example", ["suporte@exemplo.com"], MAIL + b"x" * 300_000)

    async with receiving(receiver_of(tls=_tls_context(certificate, Path())), intake) as port:
        await asyncio.to_thread(client, port)
    assert len(intake.accepted[0].payload) > 300_000


async def test_a_handshake_that_is_none_ends_the_connection_and_nothing_else(certificate):
    async with receiving(receiver_of(tls=_tls_context(certificate, Path())), FakeIntake()) as port:
        async with wired(port) as wire:
            await wire.say(b"EHLO c\r\n")
            await wire.say(b"STARTTLS\r\n")
            wire.writer.write(b"MAIL FROM:<a@b.example>\r\n" * 3)
            assert b"250" not in await wire.replies_until_closed()
        async with wired(port) as wire:
            assert (await wire.content(b"oi\r\n.\r\n")).startswith(b"250")


async def test_without_a_certificate_starttls_is_neither_offered_nor_taken():
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        assert b"STARTTLS" not in await wire.say(b"EHLO c\r\n")
        assert (await wire.say(b"STARTTLS\r\n")).startswith(b"502")
