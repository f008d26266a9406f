"""How the tests reach a mailbox channel: a small server that holds one mail, watched until the channel has looked."""

import asyncio
from contextlib import asynccontextmanager

from channels.base import BuildContext
from channels.imap import Options, build
from channels.imap.receive import ImapReceiver
from domain.errors import ReceiverError
from tests.channels.imap.server import PASSWORD, Box, ImapServer
from tests.patience import PATIENCE, until

_standing = ImapServer()
"""For the contract test, which builds its channel before it hands anything over."""
OPTIONS = {
    "host": "127.0.0.1",
    "port": _standing.port,
    "tls": "none",
    "username": "suporte@exemplo.com",
    "password": "env:IMAP_PASSWORD",
    "address": "suporte@exemplo.com",
    "recipients": ["suporte@exemplo.com", "@ajuda.exemplo.com"],
    "flag": "Balcao",
    "poll": "1s",
}
ACCEPTED, REFUSED, UNAVAILABLE = "flagged", "left alone", "left alone, and tried again"
MAIL = b"From: ana@cliente.example\r\nTo: suporte@exemplo.com\r\nSubject: erro\r\nMessage-ID: <1@x>\r\n\r\noi\r\n"


async def hand_over(channel, intake, *, acceptable=True):
    """One mail in the folder; what has become of it there. Not acceptable: its writer has deleted it already."""
    box = _standing.box = _standing._server.box = Box()
    running = asyncio.ensure_future(channel.receiver.run(intake, lambda: None))
    try:
        await until(lambda: ("canal", "INBOX") in intake.ledger.folders or running.done())
        await until(lambda: box.commands("IDLE") or running.done())
        visits = len(box.commands("IDLE"))
        mail = box.deliver(MAIL, flags=set() if acceptable else {"\\Deleted"})
        await until(lambda: len(box.commands("IDLE")) > visits or running.done())
        if "Balcao" in mail.flags:
            return ACCEPTED
        return UNAVAILABLE if running.done() and isinstance(running.exception(), ReceiverError) else REFUSED
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def receiver_of(server, tmp_path, *, backfill=None, secrets=None, **options):
    """A receiver of this server, with these options on top."""
    settings = {**OPTIONS, "port": server.port, "flag": None, **options}
    context = BuildContext(
        name="canal",
        base=tmp_path,
        var=tmp_path,
        hostname="mx",
        reveal=lambda reference: (secrets or {}).get(reference, PASSWORD),
        backfill=backfill,
    )
    receiver = build(Options.model_validate(settings), context).receiver
    assert isinstance(receiver, ImapReceiver)
    return receiver


@asynccontextmanager
async def receiving(receiver, intake):
    """Running; yields the task once the receiver says that it is ready."""
    up = asyncio.Event()
    running = asyncio.ensure_future(receiver.run(intake, up.set))
    try:
        async with asyncio.timeout(PATIENCE):
            waiting = asyncio.ensure_future(up.wait())
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        if running.done():
            running.result()
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
