"""PostgreSQL over TLS: what the address asks for, in libpq's words, and what is not verified is not used."""

import asyncio
import ssl
from contextlib import suppress

import pytest
from sqlalchemy import make_url

from domain.errors import StoreUnavailable
from store.engines import Database
from store.postgres import secured

URL = "postgresql://balcao@db.example/balcao"


@pytest.mark.parametrize(("mode", "checks_name"), [("verify-full", True), ("verify-ca", False)])
def test_a_verified_connection_asks_for_a_certificate_that_somebody_vouches_for(mode, checks_name):
    url, told = secured(make_url(f"{URL}?sslmode={mode}"))
    assert dict(url.query) == {}
    assert told["ssl"].verify_mode is ssl.CERT_REQUIRED
    assert told["ssl"].check_hostname is checks_name
    assert told["ssl"].minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("mode", ["disable", "prefer", "require"])
def test_other_modes_are_the_drivers(mode):
    assert secured(make_url(f"{URL}?sslmode={mode}"))[1] == {"ssl": mode}
    assert secured(make_url(URL))[1] == {}


async def test_a_server_without_tls_is_told_nothing_where_tls_is_demanded():
    """It says no to the question for TLS; neither user nor password follows."""
    heard, gone = bytearray(), asyncio.Event()

    async def plain(reader, writer):
        heard.extend(await reader.readexactly(8))
        writer.write(b"N")
        heard.extend(await reader.read(1000))
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Database.open(f"postgresql://balcao:s3cret@127.0.0.1:{port}/balcao?sslmode=verify-full") as database:
        with pytest.raises(StoreUnavailable):
            await database.read(lambda connection: connection.exec_driver_sql("SELECT 1"))
    await gone.wait()
    server.close()
    assert len(heard) == 8
