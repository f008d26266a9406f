"""Access tokens for XOAUTH2, fetched from the provider's token endpoint (RFC 6749 §4.4, §6).

have one that lives for another minute ─▶ use it
else, or the server refused it         ─▶ ask anew: client credentials, or the refresh token
     400, 401, 403   CredentialsRejected: a person must mend it        anything else   ConnectionLost: try again
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from channels.cleaning import clean_line
from channels.imap.options import OAuth
from channels.outward import Outward
from domain.errors import ConnectionLost, CredentialsRejected

MARGIN_SECONDS = 60.0
DEFAULT_LIFE_SECONDS = 300.0
"""Of a token whose endpoint does not say how long it lives."""
TIMEOUT_SECONDS = 30.0
MOST_BYTES = 100_000
_REFUSED = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`OAuth` with its secrets revealed."""

    settings: OAuth
    client_secret: str | None
    refresh_token: str | None

    def form(self, refresh_token: str | None) -> dict[str, str]:
        fields = {
            "grant_type": "refresh_token" if refresh_token else "client_credentials",
            "client_id": self.settings.client_id,
            "client_secret": self.client_secret,
            "refresh_token": refresh_token,
            "scope": self.settings.scope,
        }
        return {name: value for name, value in fields.items() if value is not None}


class Tokens:
    """The current access token. An endpoint may give a new refresh token with it, which is used from then on."""

    def __init__(self, grant: Grant, *, outward: Outward, now: Callable[[], float] = time.monotonic) -> None:
        self._grant = grant
        self._outward = outward
        self._now = now
        self._refresh_token = grant.refresh_token
        self._token = ""
        self._expires = float("-inf")
        self._asking = asyncio.Lock()

    async def current(self, *, refused: str | None = None) -> str:
        """A token that lives for a while yet, and is not the one that was `refused`."""
        async with self._asking:
            if self._token == refused or self._now() >= self._expires - MARGIN_SECONDS:
                await self._refresh()
            return self._token

    async def _refresh(self) -> None:
        asked_at = self._now()
        status, answer = await self._ask()
        token = answer.get("access_token")
        if status in _REFUSED:
            raise CredentialsRejected(f"the token endpoint refuses us: {self._words(answer) or status}")
        if status != 200 or not isinstance(token, str) or not token:
            raise ConnectionLost(f"the token endpoint gave no token: {self._words(answer) or status}")
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) and not isinstance(life, bool) else DEFAULT_LIFE_SECONDS
        self._token, self._expires = token, asked_at + seconds
        if isinstance(renewed := answer.get("refresh_token"), str) and renewed:
            self._refresh_token = renewed

    def _words(self, answer: dict[str, Any]) -> str:
        """What the endpoint says is wrong, fit for a log: `invalid_grant: Token has been expired or revoked.`

        Not what it repeats of ours.
        """
        said = ": ".join(text for name in ("error", "error_description") if isinstance(text := answer.get(name), str))
        for secret in (self._grant.client_secret, self._grant.refresh_token, self._refresh_token):
            said = said.replace(secret, "…") if secret else said
        return clean_line(said, 200)

    async def _ask(self) -> tuple[int, dict[str, Any]]:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, connector=self._outward.connector()) as http,
                http.post(
                    self._grant.settings.token_url,
                    data=self._grant.form(self._refresh_token),
                    headers={"Accept": "application/json"},
                    allow_redirects=False,
                ) as response,
            ):
                return response.status, _document(await _read(response))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ConnectionLost("the token endpoint cannot be reached", detail=repr(error)) from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            return b""
    return body


def _document(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
