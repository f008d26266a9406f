"""Answers of our HTTP surfaces: `application/problem+json` (RFC 9457) for every no, and the headers all answers carry.

They live here and not in web/, because channels give such answers and web/ stands above the channels.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp.web import Response
from multidict import CIMultiDict

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "Balcao",
    "X-Content-Type-Options": "nosniff",
}
_JSON = CIMultiDict({**SECURITY_HEADERS, "Content-Type": "application/json"})
_PROBLEM = CIMultiDict({**SECURITY_HEADERS, "Content-Type": "application/problem+json"})


def problem(
    status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> Response:
    """`detail` is told to the peer: what was wrong with the request, never what is inside us. `more`: members of it."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    body |= more or {}
    answer = Response(status=status, body=orjson.dumps(body), headers=_PROBLEM)
    answer.headers.update(headers or {})
    return answer


def json_answer(value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    answer = Response(status=status, body=orjson.dumps(value), headers=_JSON)
    answer.headers.update(headers or {})
    return answer
