"""Mail at an even pace: what a busy day looks like, instead of as fast as it goes."""

import asyncio


async def drive_paced(port: int, messages: int, rate: float, connections: int, size: int) -> None:
    """`messages` mails at `rate` a second in all, over `connections` kept connections."""
    begun = asyncio.get_running_loop().time()
    await asyncio.gather(*(
        _client(port, range(first, messages, connections), rate, begun, size) for first in range(connections)
    ))  # fmt: skip


async def _client(port: int, numbers: range, rate: float, begun: float, size: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def say(content: bytes, expected: bytes) -> None:
        writer.write(content)
        while (line := await reader.readline())[3:4] == b"-":
            pass
        if not line.startswith(expected):
            raise RuntimeError(line.decode())

    await say(b"", b"220")
    await say(b"EHLO load\r\n", b"250")
    line = b"Nao consigo emitir a nota fiscal, aparece erro 500 ao transmitir.\r\n"
    body = b"From: ana@exemplo.com\r\nSubject: erro\r\n\r\n" + line * (size // len(line)) + b".\r\n"
    for number in numbers:
        await asyncio.sleep(max(0.0, begun + number / rate - asyncio.get_running_loop().time()))
        await say(b"MAIL FROM:<ana@exemplo.com>\r\n", b"250")
        await say(b"RCPT TO:<suporte@localhost>\r\n", b"250")
        await say(b"DATA\r\n", b"354")
        await say(b"Message-ID: <%d.%d@paced>\r\n" % (int(begun * 1e6), number) + body, b"250")
    writer.write(b"QUIT\r\n")
    writer.close()
