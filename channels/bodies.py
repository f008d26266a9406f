"""Bodies of requests, read whole and never larger, slower or more of them at once than may be.

A body that has arrived whole with its headers (nearly every one) is taken without waiting; only the others pay for a
time limit and for their share of the memory that bodies on their way may take.
"""

import asyncio

from aiohttp import web

from domain.errors import Refused

BODY_SECONDS = 20.0
BODIES_ON_THEIR_WAY = 64 * 1024 * 1024  # bytes, for each channel


class TooLarge(Refused):
    """More bytes than this channel takes."""


class TooSlow(Refused):
    """The body did not arrive in time."""


class Broken(Refused):
    """The body ended before it should, or its chunks make no sense."""


class Crowded(Refused):
    """Other bodies on their way take all the memory they may."""


class BodyReader:
    """`max_body`: bytes. It knows how many bytes of unfinished bodies are on their way."""

    def __init__(self, *, max_body: int, seconds: float = BODY_SECONDS) -> None:
        self.max_body = max_body
        self.seconds = seconds
        self.on_their_way = 0

    async def read(self, request: web.Request) -> bytes:
        content = request.content
        if not content.is_eof():
            return await self._late(request)
        body = content.read_nowait()
        if len(body) > self._limit(request):
            raise self._too_large(request)
        return body

    async def _late(self, request: web.Request) -> bytes:
        announced = request.content_length
        if announced is not None and announced > self._limit(request):
            raise self._too_large(request)
        share = self._limit(request) if announced is None else announced
        if self.on_their_way and self.on_their_way + share > BODIES_ON_THEIR_WAY:
            raise Crowded("too much is arriving at once; try again shortly")
        self.on_their_way += share
        try:
            async with asyncio.timeout(self.seconds):
                return await self._gathered(request)
        except TimeoutError:
            raise TooSlow(f"the body took more than {self.seconds:g} s") from None
        except web.RequestPayloadError:
            raise Broken("the body is not complete or its transfer encoding is broken") from None
        finally:
            self.on_their_way -= share

    async def _gathered(self, request: web.Request) -> bytes:
        body, limit = bytearray(), self._limit(request)
        while chunk := await request.content.readany():
            body += chunk
            if len(body) > limit:
                raise self._too_large(request)
        return bytes(body)

    def _limit(self, request: web.Request) -> int:
        """Bytes: what the channel takes, or the whole site if that is less."""
        return min(self.max_body, request.client_max_size or self.max_body)

    def _too_large(self, request: web.Request) -> TooLarge:
        return TooLarge(f"the body is larger than {self._limit(request)} bytes")
