"""One request to a URL of the settings, and what became of it.

    2xx                          taken
    401, 403 of a token          permanent, like any other 4xx; 408, 425, 429, 5xx temporary, after Retry-After
    3xx                          permanent (a redirect is never followed: it could lead anywhere)
    cut or silent after sending  outcome unknown: an automatic answer is then not repeated

Connections are not kept (http_session.py).
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from yarl import URL

from channels.http_session import HttpSession, beginning
from channels.outward import Outward, reason_of
from domain.errors import SendFailed

TEMPORARY = frozenset({408, 425, 429})
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 86_400.0


class Poster:
    """`seconds`: time limit of one delivery, connecting included."""

    def __init__(self, *, seconds: float, outward: Outward) -> None:
        self._session = HttpSession(seconds=seconds, outward=outward)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> bytes:
        """The beginning of the answer. Raises SendFailed."""
        try:
            return await self._sent(url, body, headers, method)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            reason = "the reply URL cannot be reached"
            told = reason_of(error, reason) if isinstance(error, aiohttp.ClientConnectorError) else reason
            raise SendFailed(told, permanent=False, detail=repr(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SendFailed(
                "no answer from the reply URL after sending", permanent=False, outcome_unknown=True, detail=repr(error)
            ) from error

    async def close(self) -> None:
        await self._session.close()

    async def _sent(self, url: str, body: bytes, headers: Mapping[str, str], method: str) -> bytes:
        session, exactly = self._session.opened(), URL(url, encoded=True)
        async with session.request(
            method, exactly, data=body, headers=headers, allow_redirects=False, timeout=self._session.timeout(len(body))
        ) as answer:
            if 200 <= answer.status < 300:
                return await _beginning(answer)
            permanent = answer.status < 500 and answer.status not in TEMPORARY
            wait = None if permanent else _asked_to_wait(answer.headers.get("Retry-After", ""))
            raise SendFailed(f"the reply URL answered {answer.status}", permanent=permanent, retry_after=wait)


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """The peer took the message; whatever is odd about its answer no longer matters."""
    try:
        return await beginning(answer.content, LONGEST_ANSWER)
    except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError):
        return b""


def _asked_to_wait(given: str) -> float | None:
    return min(float(given), LONGEST_WAIT) if given.isascii() and given.isdigit() and len(given) < 10 else None
