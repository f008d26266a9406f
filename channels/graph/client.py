"""The Graph API: what its answers mean. An error body counts by its code (channels/graph/errors.py), whatever the HTTP
status; an answer without one as channels/api_call.py says.
"""

from collections.abc import Mapping
from typing import Any

from channels.api_call import Answer, ApiCaller
from channels.cleaning import clean_line
from channels.graph.errors import Meaning, Sense, sense_of
from channels.outward import Outward
from domain.errors import SendFailed
from domain.interaction import Attachment


class Refusal(SendFailed):
    """The API said no. `sense` is what its code means."""

    def __init__(self, message: str, sense: Sense, *, retry_after: float | None = None) -> None:
        super().__init__(
            message,
            permanent=sense.meaning in {Meaning.PERMANENT, Meaning.WINDOW},
            retry_after=retry_after,
            credentials=sense.meaning is Meaning.OURS,
        )
        self.sense = sense


class GraphClient:
    """`api` is the base URL with its version; `seconds` the time limit of one call."""

    def __init__(self, *, api: str, seconds: float, outward: Outward) -> None:
        self._api = api.rstrip("/")
        self._caller = ApiCaller(who="the Graph API", seconds=seconds, outward=outward)

    async def post(self, path: str, token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises SendFailed."""
        return self._told(await self._caller.call("POST", f"{self._api}/{path}", token, body))

    async def upload(
        self, path: str, token: str, fields: Mapping[str, str], file: Attachment, field: str
    ) -> dict[str, Any]:
        """A form that ends with `file`. Raises SendFailed."""
        return self._told(await self._caller.upload(f"{self._api}/{path}", token, fields, file, field))

    async def get(self, path: str, token: str) -> dict[str, Any]:
        """Raises SendFailed."""
        return self._told(await self._caller.call("GET", f"{self._api}/{path}", token))

    async def close(self) -> None:
        await self._caller.close()

    def _told(self, answer: Answer) -> dict[str, Any]:
        error = answer.told.get("error")
        if isinstance(error, dict):
            raise _refusal(answer, error)
        if not 200 <= answer.status < 300:
            raise self._caller.unreadable(answer)
        return answer.told


def _refusal(answer: Answer, error: Mapping[str, Any]) -> Refusal:
    code, subcode = number_of(error.get("code")), number_of(error.get("error_subcode"))
    sense = sense_of(code, subcode, status=answer.status, transient=error.get("is_transient") is True)
    return Refusal(in_words(error), sense, retry_after=answer.retry_after)


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
