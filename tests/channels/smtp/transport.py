"""How the tests reach a mail channel: a real receiver on a free port, smtplib or raw sockets as client."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.base import Channel
from channels.smtp.options import Options
from channels.smtp.receive import SmtpReceiver
from domain.ports import Intake
from tests.patience import PATIENCE

OPTIONS = {
    "listen": ["127.0.0.1:0"],
    "address": "suporte@exemplo.com",
    "name": "Suporte Exemplo",
    "recipients": ["suporte@exemplo.com", "@ajuda.exemplo.com"],
}
ACCEPTED, REFUSED, UNAVAILABLE = 250, 550, 451
MAIL = b"From: ana@cliente.example\r\nTo: suporte@exemplo.com\r\nSubject: erro\r\nMessage-ID: <1@x>\r\n\r\noi\r\n"


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one mail over SMTP; the reply code it is answered with."""
    recipient = "suporte@exemplo.com" if acceptable else "ninguem@exemplo.com"
    async with receiving(channel.receiver, intake) as port:
        return await asyncio.to_thread(one_mail, port, recipient)


def one_mail(port: int, recipient: str = "suporte@exemplo.com", content: bytes = MAIL) -> int:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        try:
            client.sendmail("ana@cliente.example", [recipient], content)
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0]
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code
        return 250


@asynccontextmanager
async def receiving(receiver: Any, intake: Intake) -> AsyncIterator[int]:
    """The receiver running; its port."""
    assert isinstance(receiver, SmtpReceiver)
    up = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(receiver.run(intake, up.set))
        await asyncio.wait_for(up.wait(), PATIENCE)
        try:
            yield receiver.addresses[0].port
        finally:
            running.cancel()


class Wire:
    """A client that sends exactly the bytes it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self, seconds: float = PATIENCE) -> bytes:
        """One whole reply, all its lines; b'' when the server closed."""
        lines = b""
        while True:
            line = await asyncio.wait_for(self.reader.readline(), seconds)
            lines += line
            if not line or line[3:4] != b"-":
                return lines

    async def say(self, octets: bytes) -> bytes:
        self.writer.write(octets)
        await self.writer.drain()
        return await self.reply()

    async def replies_until_closed(self, seconds: float = PATIENCE) -> bytes:
        """Whatever still comes until the server closes or resets the connection."""
        heard = b""
        async with asyncio.timeout(seconds):
            with contextlib.suppress(ConnectionResetError):
                while piece := await self.reader.read(65536):
                    heard += piece
        return heard

    async def content(self, octets: bytes) -> bytes:
        """Everything up to DATA, then these octets as they are."""
        await self.up_to_data()
        return await self.say(octets)

    async def up_to_data(self, recipient: str = "suporte@exemplo.com") -> None:
        assert (await self.say(b"EHLO cliente.example\r\n")).startswith(b"250")
        assert (await self.say(b"MAIL FROM:<ana@cliente.example>\r\n")).startswith(b"250")
        assert (await self.say(b"RCPT TO:<%s>\r\n" % recipient.encode())).startswith(b"250")
        assert (await self.say(b"DATA\r\n")).startswith(b"354")


@asynccontextmanager
async def wired(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    wire = Wire(reader, writer)
    try:
        assert (await wire.reply())[:3] in {b"220", b"421"}
        yield wire
    finally:
        writer.close()


def receiver_of(**options: Any) -> SmtpReceiver:
    """A receiver with OPTIONS and these on top."""
    tls = options.pop("tls", None)
    validated = Options.model_validate({**OPTIONS, **options})
    return SmtpReceiver(channel="canal", hostname="mx.exemplo.com", options=validated, tls=tls)
