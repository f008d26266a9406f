"""Opening a door: a TCP address of our own, or sockets that systemd hands us, and what to do when it does not open.

Listen(host, port)  ─▶ bound here               HandedOver(name) ─▶ channels.handed.sockets()[name]
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable

from channels.handed import Handed, sockets
from domain.units import HandedOver, Listen

BACKLOG = 1024
FIRST_FREE_PORT = 1024
_LOW = (
    "; a port below 1024 takes systemd's socket activation (listen on systemd:NAME, deploy/systemd/*.socket) or the "
    "capability CAP_NET_BIND_SERVICE (AmbientCapabilities= in the unit), never root"
)

Protocols = Callable[[], asyncio.BaseProtocol]


async def open_doors(
    protocols: Protocols,
    where: Listen | HandedOver,
    *,
    backlog: int = BACKLOG,
    tls: ssl.SSLContext | None = None,
    handed: Handed | None = None,
) -> list[asyncio.Server]:
    """Servers that listen there: one, or as many as systemd hands us. Raises OSError that says where and why.

    `handed` stands in for what this process was given.
    """
    if isinstance(where, HandedOver):
        return await _take_over(protocols, where, sockets() if handed is None else handed, tls)
    loop = asyncio.get_running_loop()
    try:
        return [await loop.create_server(protocols, where.host, where.port, ssl=tls, backlog=backlog)]
    except OSError as error:
        raise refusal(where, error) from error


async def _take_over(
    protocols: Protocols, where: HandedOver, handed: Handed, tls: ssl.SSLContext | None
) -> list[asyncio.Server]:
    loop = asyncio.get_running_loop()
    found = handed.get(where.name, ())
    if not found:
        given = ", ".join(sorted(handed)) or "none"
        reason = (
            f"cannot listen on {where}: systemd handed over no socket of that name (handed over: {given}); "
            f"FileDescriptorName={where.name} belongs into the .socket unit, and the service must be started by systemd"
        )
        raise OSError(reason)
    servers: list[asyncio.Server] = []
    for one in found:
        own = one.dup()
        own.setblocking(False)
        make = loop.create_unix_server if own.family == socket.AF_UNIX else loop.create_server
        servers.append(await make(protocols, sock=own, ssl=tls))
    return servers


def refusal(where: object, error: OSError) -> OSError:
    """With the address, and with the ways to a low port where that was the reason."""
    number = error.errno or 0  # below zero: the host name was not found
    reason = os.strerror(number) if number > 0 else error.strerror
    low = isinstance(where, Listen) and 0 < where.port < FIRST_FREE_PORT and isinstance(error, PermissionError)
    return OSError(number, f"cannot listen on {where}: {reason}{_LOW if low else ''}")
