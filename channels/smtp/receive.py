"""The mail channel's receiver: listeners on our own loop, a doorman, sessions behind it.

listener (SMTP or LMTP) ─▶ Doorman ─ too many? ─▶ 421 and goodbye, before anything costly is made
               └─▶ Session ─▶ intake
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from ssl import SSLContext
from typing import cast

from channels.base import utc_now
from channels.listening import BACKLOG, open_doors
from channels.smtp.options import Options, UnixSocket
from channels.smtp.receive_limits import Limits
from channels.smtp.receive_lmtp import bound_socket
from channels.smtp.receive_session import Reception, Session
from domain.ports import Intake
from domain.units import HandedOver, Listen

TOO_MANY = b"421 4.7.0 Too many connections, try again later\r\n"
_GRACE_SECONDS = 1.0
_ABORT_SECONDS = 0.5


class Doorman(asyncio.Protocol):
    """Meets a connection, counts it in or turns it away, and hands it to a Session."""

    def __init__(self, reception: Reception, *, lmtp: bool) -> None:
        self._reception = reception
        self._lmtp = lmtp

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peername = transport.get_extra_info("peername")
        peer = str(peername[0]) if isinstance(peername, tuple) else ""  # a Unix socket's client has no name
        transport = cast("asyncio.Transport", transport)
        if not self._reception.limits.enter(peer):
            transport.write(TOO_MANY)
            transport.close()
            return
        session = Session(self._reception, peer, lmtp=self._lmtp)
        transport.set_protocol(session)
        session.connection_made(transport)


class SmtpReceiver:
    """`addresses` are the bound ones, known once `ready` was called (port 0 in the options is any free port)."""

    def __init__(
        self,
        *,
        channel: str,
        hostname: str,
        options: Options,
        tls: SSLContext | None,
        base: Path = Path(),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._channel = channel
        self._hostname = hostname
        self._options = options
        self._tls = tls
        self._base = base
        self._now = now
        self.addresses: list[Listen] = []
        self.lmtp_addresses: list[Listen] = []
        self._sockets: list[Path] = []

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        """Receive until cancelled, then be gone within 2 s. Raises OSError when an address cannot be bound."""
        reception = self._reception(intake)
        servers: list[asyncio.Server] = []
        try:
            for listen in self._options.listen:
                servers += await open_doors(partial(Doorman, reception, lmtp=False), listen)
            self.addresses = _bound(servers)
            local = len(servers)
            for lmtp in self._options.lmtp:
                servers += await self._open_lmtp(lmtp, partial(Doorman, reception, lmtp=True))
            self.lmtp_addresses = _bound(servers[local:])
            ready()
            await asyncio.get_running_loop().create_future()
        finally:
            for server in servers:
                server.close()
            await _dismiss(reception)
            for path in self._sockets:
                path.unlink(missing_ok=True)
            self._sockets.clear()
            self.addresses, self.lmtp_addresses = [], []

    def _reception(self, intake: Intake) -> Reception:
        options = self._options
        return Reception(
            channel=self._channel,
            hostname=self._hostname,
            options=options,
            mailbox=options.mailbox,
            limits=Limits(
                max_connections=options.max_connections,
                max_connections_per_address=options.max_connections_per_address,
                max_in_flight=options.max_in_flight,
            ),
            intake=intake,
            tls=self._tls,
            now=self._now,
        )

    async def _open_lmtp(
        self, lmtp: Listen | HandedOver | UnixSocket, doorman: Callable[[], Doorman]
    ) -> list[asyncio.Server]:
        if not isinstance(lmtp, UnixSocket):
            return await open_doors(doorman, lmtp)
        path = self._base / lmtp.path
        try:
            made = bound_socket(path, int(self._options.lmtp_mode, 8))
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {lmtp}: {error.strerror}") from error
        self._sockets.append(path)
        return [await asyncio.get_running_loop().create_unix_server(doorman, sock=made, backlog=BACKLOG)]


async def _dismiss(reception: Reception) -> None:
    """Idle clients are told and closed; contents being made durable get a moment to be answered."""
    tasks = [session.dismiss() for session in tuple(reception.sessions)]
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
    for session in tuple(reception.sessions):
        session.abort()
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=_ABORT_SECONDS)


def _bound(servers: Sequence[asyncio.Server]) -> list[Listen]:
    names = (one.getsockname() for server in servers for one in server.sockets)
    return [Listen(name[0], name[1]) for name in names if isinstance(name, tuple)]
