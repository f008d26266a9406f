"""The session that outgoing HTTP goes through: nothing is remembered between requests.

Connections are not kept: on a kept one that the peer just closed, nobody could say whether a message was taken.
"""

import aiohttp

from channels.outward import Outward

SLOWEST = 100_000
"""Bytes a second that an upload may go down to."""


class HttpSession:
    """Opened when it is first needed. `seconds`: time limit of one request, connecting included."""

    def __init__(self, *, seconds: float, outward: Outward) -> None:
        self._seconds = seconds
        self._outward = outward
        self._session: aiohttp.ClientSession | None = None

    def timeout(self, size: int = 0) -> aiohttp.ClientTimeout:
        """Of a request that carries so many bytes."""
        return aiohttp.ClientTimeout(total=self._seconds + size / SLOWEST, connect=self._seconds / 2)

    def opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._outward.connector(),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self.timeout(),
                auto_decompress=False,
                headers={"User-Agent": "Balcao", "Accept-Encoding": "identity"},
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def beginning(content: aiohttp.StreamReader, most: int) -> bytes:
    """At most so many bytes of a body; `read` alone gives what happens to have come already."""
    come = bytearray()
    while len(come) < most and (piece := await content.read(most - len(come))):
        come += piece
    return bytes(come)
