"""A light HTTP load generator: raw keep-alive connections that send requests made beforehand, one at a time each.

It reads no more of an answer than its status and length, so that one core of it outruns an aiohttp server on the other.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """`statuses` counts answers by status; `latencies` are seconds per answer; `server_cpu` is for the caller."""

    seconds: float = 0.0
    server_cpu: float = 0.0
    statuses: dict[bytes, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    def quantile(self, part: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class _Client(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], tally: Tally, done: asyncio.Future[None]) -> None:
        self.requests, self.tally, self.done = requests, tally, done
        self.buffer = b""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.send_next()

    def send_next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self.buffer[:head_end]
        at = head.find(b"Content-Length: ")
        length = int(head[at + 16 :].split(b"\r", 1)[0])
        if len(self.buffer) < head_end + 4 + length:
            return
        self.buffer = b""
        status = head[9:12]
        self.tally.statuses[status] = self.tally.statuses.get(status, 0) + 1
        self.tally.latencies.append(time.perf_counter() - self.sent_at)
        self.send_next()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def drive(port: int, requests: Sequence[bytes], connections: int) -> Tally:
    """Send all `requests` to 127.0.0.1:`port` over `connections` kept connections."""
    loop = asyncio.get_running_loop()
    tally, source = Tally(), iter(requests)
    waiting = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for done in waiting:
        await loop.create_connection(lambda done=done: _Client(source, tally, done), "127.0.0.1", port)
    await asyncio.gather(*waiting)
    tally.seconds = time.perf_counter() - started
    return tally
