"""One call of a provider's HTTP API. Redirects are not followed.

    cannot be reached          nobody is there: no try of any message counts until somebody is
    cut or silent afterwards   temporary; it may have been taken, so an automatic message is not repeated

Connections are not kept (http_session.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from channels.cleaning import clean_file_name
from channels.http_session import HttpSession, beginning
from channels.outward import Outward, reason_of
from domain.errors import SendFailed
from domain.interaction import Attachment

_LONGEST_ANSWER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """`told` is the JSON object of the answer; empty when it is none."""

    status: int
    told: dict[str, Any]
    retry_after: float | None


class ApiCaller:
    """`seconds` is the time limit of one call, connecting included; `who` names the provider in errors."""

    def __init__(self, *, who: str, seconds: float, outward: Outward) -> None:
        self._who = who
        self._session = HttpSession(seconds=seconds, outward=outward)

    async def call(self, method: str, url: str, token: str, body: Mapping[str, Any] | None = None) -> Answer:
        """The token goes into its header, never into the URL. Raises SendFailed."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        return await self._request(method, url, headers, None if body is None else orjson.dumps(body))

    async def post_form(self, url: str, user: str, password: str, fields: Mapping[str, str]) -> Answer:
        """Raises SendFailed."""
        said = aiohttp.encode_basic_auth(user, password)
        headers = {"Authorization": said, "Content-Type": "application/x-www-form-urlencoded"}
        return await self._request("POST", url, headers, urlencode(fields).encode())

    async def post_fields(self, url: str, token: str, fields: Mapping[str, str]) -> Answer:
        """As post_form, with a token. Raises SendFailed."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"}
        return await self._request("POST", url, headers, urlencode(fields).encode())

    async def upload(self, url: str, token: str, fields: Mapping[str, str], file: Attachment, field: str) -> Answer:
        """`file` as the part `field` of a form, after `fields`. Raises SendFailed."""
        form = aiohttp.FormData(quote_fields=False)  # names as browsers send them: UTF-8, not percent signs
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field(field, file.content, filename=clean_file_name(file.name), content_type=file.content_type)
        return await self._request("POST", url, {"Authorization": f"Bearer {token}"}, form, size=file.size)

    async def post_bytes(self, url: str, content: bytes) -> Answer:
        """To an address that needs no token. Raises SendFailed."""
        return await self._request(
            "POST", url, {"Content-Type": "application/octet-stream"}, content, size=len(content)
        )

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | aiohttp.FormData | None, size: int = 0
    ) -> Answer:
        seconds = self._session.timeout(size)
        try:
            session = self._session.opened()
            async with session.request(
                method, url, data=data, headers=headers, allow_redirects=False, timeout=seconds
            ) as answer:
                return _read(answer, await beginning(answer.content, _LONGEST_ANSWER))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            text, kind = f"{self._who} cannot be reached", type(error).__name__
            text = reason_of(error, text) if isinstance(error, aiohttp.ClientConnectorError) else text
            raise SendFailed(text, permanent=False, away=True, detail=kind) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            text, kind = f"no answer from {self._who} after sending", type(error).__name__
            raise SendFailed(text, permanent=False, outcome_unknown=True, detail=kind) from error

    def unreadable(self, answer: Answer) -> SendFailed:
        """What an answer without a word of the API itself means: a gateway in between may have passed the call on."""
        status = answer.status
        return SendFailed(
            f"{self._who} answered {status}",
            permanent=status < 500 and status not in {408, 429},
            outcome_unknown=status in {500, 502, 504} or 200 <= status < 300,
            retry_after=answer.retry_after,
            credentials=status == 401,
        )

    async def close(self) -> None:
        await self._session.close()


def _read(answer: aiohttp.ClientResponse, content: bytes) -> Answer:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = None
    asked = answer.headers.get("Retry-After", "")
    pause = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None
    return Answer(answer.status, value if isinstance(value, dict) else {}, pause)
