"""One call of the Graph API: the token in its header, never in a URL; no redirect followed.

2xx                           the JSON object of the answer
an error body                 what its code means: channels/graph/errors.py
5xx without one, cut, silent  temporary; it may have been taken, so an automatic message is not repeated
"""

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from channels.cleaning import clean_line
from channels.graph.errors import Meaning, Sense, sense_of
from domain.errors import SendFailed

_LONGEST_ANSWER = 1024 * 1024


class Refusal(SendFailed):
    """The API said no. `sense` is what its code means, `code` is None where it gave none."""

    def __init__(self, message: str, sense: Sense, *, code: int | None, retry_after: float | None = None) -> None:
        super().__init__(
            message,
            permanent=sense.meaning in {Meaning.PERMANENT, Meaning.WINDOW},
            retry_after=retry_after,
            credentials=sense.meaning is Meaning.OURS,
        )
        self.sense = sense
        self.code = code


class GraphClient:
    """`api` is the base URL with its version; `seconds` the time limit of one call, connecting included."""

    def __init__(self, *, api: str, seconds: float) -> None:
        self._api = api.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises SendFailed."""
        return await self._called("POST", path, token, orjson.dumps(body))

    async def get(self, path: str, token: str) -> dict[str, Any]:
        """Raises SendFailed."""
        return await self._called("GET", path, token, None)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _called(self, method: str, path: str, token: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"{self._api}/{path}"
        try:
            async with self._opened().request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                return _told(answer, await answer.content.read(_LONGEST_ANSWER))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendFailed("the Graph API cannot be reached", permanent=False, detail=type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            text, kind = "no answer from the Graph API after sending", type(error).__name__
            raise SendFailed(text, permanent=False, outcome_unknown=True, detail=kind) from error

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


def _told(answer: aiohttp.ClientResponse, content: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        value = None
    told = value if isinstance(value, dict) else {}
    error = told.get("error")
    if isinstance(error, dict):
        raise _refusal(answer, error)
    if 200 <= answer.status < 300:
        return told
    unknown = answer.status in {500, 502, 504}
    text, permanent = f"the Graph API answered {answer.status}", answer.status < 500 and answer.status not in {408, 429}
    raise SendFailed(text, permanent=permanent, outcome_unknown=unknown, credentials=answer.status == 401)


def _refusal(answer: aiohttp.ClientResponse, error: Mapping[str, Any]) -> Refusal:
    code, subcode = number_of(error.get("code")), number_of(error.get("error_subcode"))
    sense = sense_of(code, subcode, status=answer.status, transient=error.get("is_transient") is True)
    asked = answer.headers.get("Retry-After", "")
    pause = float(asked) if asked.isascii() and asked.isdigit() else None
    return Refusal(in_words(error), sense, code=code, retry_after=pause)


def in_words(error: Mapping[str, Any]) -> str:
    """`131026 Message undeliverable: …`, from an answer or from a status."""
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    title = error.get("title") or error.get("message") or error.get("error_user_title")
    numbers = [number_of(error.get(name)) for name in ("code", "error_subcode")]
    code = "/".join(str(number) for number in numbers if number is not None)
    words = ": ".join(dict.fromkeys(one for one in (title, details) if isinstance(one, str) and one))
    return clean_line(f"{code} {words}", 300)


def number_of(given: Any) -> int | None:
    """Codes are numbers; some gateways write them as text."""
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 12:
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None
