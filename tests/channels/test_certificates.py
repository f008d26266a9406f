"""Certificates of our own doors: TLS 1.2 or newer, and renewed without a restart."""

import asyncio
import shutil
import ssl

import pytest

from channels.certificates import read_again, server_context
from channels.listening import open_doors
from domain.units import Listen
from tests.dovecot import make_certificate

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed (tests/set_up.sh)")


@pytest.fixture
def pair(tmp_path):
    make_certificate(tmp_path)
    return tmp_path / "certificate.pem", tmp_path / "key.pem"


def client(authority=None, *, oldest=None):
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False
    if authority is None:
        context.verify_mode = ssl.CERT_NONE
    if oldest is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = oldest
    return context


async def shown(server, context):
    """(version, certificate) that a client is shown."""
    port = server.sockets[0].getsockname()[1]
    _reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    tls = writer.get_extra_info("ssl_object")
    writer.close()
    return tls.version(), tls.getpeercert(binary_form=True)


async def test_what_is_older_than_tls_1_2_is_refused(pair):
    (server,) = await open_doors(asyncio.Protocol, Listen("127.0.0.1", 0), tls=server_context(*pair))
    try:
        assert (await shown(server, client(pair[0])))[0] in {"TLSv1.2", "TLSv1.3"}
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old = client(oldest=ssl.TLSVersion.TLSv1_1)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await shown(server, old)
    finally:
        server.close()


async def test_a_renewed_certificate_is_shown_to_whoever_calls_next_and_a_broken_one_to_nobody(pair, tmp_path):
    context = server_context(*pair)
    (server,) = await open_doors(asyncio.Protocol, Listen("127.0.0.1", 0), tls=context)
    try:
        _, first = await shown(server, client())
        (tmp_path / "new").mkdir()
        make_certificate(tmp_path / "new")
        for path in pair:
            shutil.copy(tmp_path / "new" / path.name, path)
        assert (pair[0], None) in list(read_again())
        _, second = await shown(server, client())
        assert second != first

        pair[0].write_text("no certificate")
        (trouble,) = [why for path, why in read_again() if path == pair[0]]
        assert trouble
        assert (await shown(server, client()))[1] == second
    finally:
        server.close()
