"""Opening a door: an address of our own, what systemd hands over, and words that lead to a mended setting."""

import asyncio
import errno
import os
import socket

import pytest

from channels.listening import open_doors, refusal
from domain.units import HandedOver, Listen


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"220 aqui\r\n")
        transport.close()


def greeting(address, family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.connect(address)
        return client.recv(100)


async def greeted(servers):
    found = []
    for server in servers:
        one = server.sockets[0]
        found.append(await asyncio.to_thread(greeting, one.getsockname(), one.family))
        server.close()
    return found


async def test_an_address_of_our_own_is_bound():
    servers = await open_doors(Echo, Listen("127.0.0.1", 0))
    assert await greeted(servers) == [b"220 aqui\r\n"]


async def test_every_socket_of_a_name_is_served_and_stays_for_the_next_time(tmp_path):
    local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    local.bind(os.fspath(tmp_path / "s"))
    local.listen()
    with socket.create_server(("127.0.0.1", 0)) as one, local:
        for _ in range(2):
            servers = await open_doors(Echo, HandedOver("smtp"), handed={"smtp": (one, local)})
            assert await greeted(servers) == [b"220 aqui\r\n"] * 2


async def test_a_name_that_was_not_handed_over_is_told_with_those_that_were():
    with socket.create_server(("127.0.0.1", 0)) as one, pytest.raises(OSError, match=r"handed over: http") as told:
        await open_doors(Echo, HandedOver("smtp"), handed={"http": (one,)})
    assert "cannot listen on systemd:smtp" in str(told.value)
    assert "FileDescriptorName=smtp" in str(told.value)


async def test_an_address_in_use_is_told_with_the_address():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: ") as told:
            await open_doors(Echo, Listen("127.0.0.1", port))
    assert told.value.errno == errno.EADDRINUSE


def test_a_low_port_that_is_refused_names_both_ways_to_it():
    told = str(refusal(Listen("0.0.0.0", 25), PermissionError(errno.EACCES, "Permission denied")))
    assert "cannot listen on 0.0.0.0:25" in told
    assert "systemd:NAME" in told
    assert "CAP_NET_BIND_SERVICE" in told
    assert "CAP_NET" not in str(refusal(Listen("0.0.0.0", 8025), PermissionError(errno.EACCES, "Permission denied")))
