"""One request to a URL of the settings, and what became of it.

    2xx                          taken
    401, 403 of a token          permanent, like any other 4xx; 408, 425, 429, 5xx temporary, after Retry-After
    3xx                          permanent (a redirect is never followed: it could lead anywhere)
    cut or silent after sending  outcome unknown: an automatic answer is then not repeated

Connections are not kept: on a kept one that the peer just closed, nobody could say whether the message was taken.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from yarl import URL

from domain.errors import SendFailed

TEMPORARY = frozenset({408, 425, 429})
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 86_400.0


class Poster:
    """`seconds`: time limit of one delivery, connecting included."""

    def __init__(self, *, seconds: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> bytes:
        """The beginning of the answer. Raises SendFailed."""
        try:
            return await self._sent(url, body, headers, method)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendFailed("the reply URL cannot be reached", permanent=False, detail=repr(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SendFailed(
                "no answer from the reply URL after sending", permanent=False, outcome_unknown=True, detail=repr(error)
            ) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _sent(self, url: str, body: bytes, headers: Mapping[str, str], method: str) -> bytes:
        session, exactly = self._opened(), URL(url, encoded=True)
        async with session.request(method, exactly, data=body, headers=headers, allow_redirects=False) as answer:
            if 200 <= answer.status < 300:
                return await _beginning(answer)
            permanent = answer.status < 500 and answer.status not in TEMPORARY
            wait = None if permanent else _asked_to_wait(answer.headers.get("Retry-After", ""))
            raise SendFailed(f"the reply URL answered {answer.status}", permanent=permanent, retry_after=wait)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, limit=20),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                headers={"User-Agent": "Balcao", "Accept-Encoding": "identity"},
            )
        return self._session


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """The peer took the message; whatever is odd about its answer no longer matters."""
    try:
        return await answer.content.read(LONGEST_ANSWER)
    except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError):
        return b""


def _asked_to_wait(given: str) -> float | None:
    return min(float(given), LONGEST_WAIT) if given.isascii() and given.isdigit() and len(given) < 10 else None
