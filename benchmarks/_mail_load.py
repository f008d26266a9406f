"""A light SMTP load generator: kept connections, one command at a time each, content made beforehand."""

import asyncio
from functools import partial
from itertools import count


class _Client(asyncio.Protocol):
    """EHLO, then MAIL, RCPT, DATA, content over and over; any answer of 4xx or 5xx is an error."""

    def __init__(self, numbers, messages: int, content: bytes, done: asyncio.Future[None]) -> None:
        self.numbers, self.messages, self.content, self.done = numbers, messages, content, done
        self.script = self.steps()

    def steps(self):
        yield b"EHLO load\r\n"
        while (number := next(self.numbers)) < self.messages:
            yield b"MAIL FROM:<ana@exemplo.com>\r\n"
            yield b"RCPT TO:<suporte@localhost>\r\n"
            yield b"DATA\r\n"
            yield b"Message-ID: <%d.%d@load>\r\n" % (id(self.numbers), number) + self.content
        yield b"QUIT\r\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport

    def data_received(self, data: bytes) -> None:
        if not data.endswith(b"\n") or data[data.rfind(b"\n", 0, -1) + 4 :][:1] == b"-":
            return
        if data[:1] in b"45":
            self.done.set_exception(RuntimeError(data.decode()))
        step = next(self.script, None)
        if step is not None:
            self.transport.write(step)

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def drive(port: int, messages: int, connections: int, size: int) -> None:
    """Send `messages` mails of about `size` bytes over `connections` connections."""
    loop = asyncio.get_running_loop()
    line = b"Nao consigo emitir a nota fiscal, aparece erro 500 ao transmitir.\r\n"
    content = b"From: ana@exemplo.com\r\nSubject: erro\r\n\r\n" + line * (size // len(line)) + b".\r\n"
    numbers, done = count(), [loop.create_future() for _ in range(connections)]
    for future in done:
        client = partial(_Client, numbers, messages, content, future)
        await loop.create_connection(client, "127.0.0.1", port)
    await asyncio.gather(*done)
