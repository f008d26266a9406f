"""The operations API: the same JSON as the commands of contracts.md, over the private site."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from channels.problem import json_answer, problem
from domain.errors import StoreUnavailable
from domain.raw import Fate
from domain.ticket import Priority, State
from web.problem import Handler

DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000
_LARGEST_NUMBER = 2**63 - 1
_CHOICES = {
    "priority": frozenset(str(priority) for priority in Priority),
    "state": frozenset(str(state) for state in State),
    "fate": frozenset(str(fate) for fate in Fate),
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Queries as functions; each may raise StoreUnavailable. Filters that are not given are None.

    `tickets(department, priority, state, limit)`, `ticket(number)` and `entries(fate, limit)` answer JSON-ready
    dicts; `retry(raw_id)` answers whether there was such an entry to put back.
    """

    tickets: Callable[[str | None, str | None, str | None, int], Awaitable[Sequence[Json]]]
    ticket: Callable[[int], Awaitable[Json | None]]
    entries: Callable[[str | None, int], Awaitable[Sequence[Json]]]
    retry: Callable[[str], Awaitable[bool]]


def operation_routes(operations: Operations) -> Sequence[web.RouteDef]:
    desk = _Desk(operations)
    return (
        web.get("/v1/tickets", _told(desk.tickets)),
        web.get("/v1/tickets/{number}", _told(desk.ticket)),
        web.get("/v1/journal", _told(desk.entries)),
        web.post("/v1/journal/{raw_id}/retry", _told(desk.retry)),
    )


class _Desk:
    def __init__(self, operations: Operations) -> None:
        self.operations = operations

    async def tickets(self, request: web.Request) -> web.Response:
        query = _query(request, "department", "priority", "state", "limit")
        limit = _limit(query)
        found = await self.operations.tickets(query.get("department"), query.get("priority"), query.get("state"), limit)
        return json_answer(list(found))

    async def ticket(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        whole = int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0
        found = await self.operations.ticket(whole) if 0 < whole <= _LARGEST_NUMBER else None
        return problem(404, f"there is no ticket {number[:40]}") if found is None else json_answer(found)

    async def entries(self, request: web.Request) -> web.Response:
        query = _query(request, "fate", "limit")
        return json_answer(list(await self.operations.entries(query.get("fate"), _limit(query))))

    async def retry(self, request: web.Request) -> web.Response:
        raw_id = request.match_info["raw_id"]
        if await self.operations.retry(raw_id):
            return json_answer({"id": raw_id, "fate": str(Fate.WAITING)}, 202)
        return problem(404, f"there is no settled journal entry {raw_id[:80]!r}")


class _BadQuery(Exception):
    """The query string asks for something that does not exist."""


def _query(request: web.Request, *known: str) -> dict[str, str]:
    for name, value in request.query.items():
        if name not in known:
            raise _BadQuery(f"unknown parameter {name[:40]!r}; known are: {', '.join(known)}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise _BadQuery(f"{name}: one of {', '.join(sorted(_CHOICES[name]))} expected, got {value[:40]!r}")
    return dict(request.query)


def _limit(query: Mapping[str, str]) -> int:
    given = query.get("limit", str(DEFAULT_LIMIT))
    limit = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0
    if not 1 <= limit <= LARGEST_LIMIT:
        raise _BadQuery(f"limit: a number from 1 to {LARGEST_LIMIT} expected, got {given[:40]!r}")
    return limit


def _told(handler: Handler) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except _BadQuery as mistake:
            return problem(400, str(mistake))
        except StoreUnavailable:
            return problem(503, "the database cannot be used now", headers={"Retry-After": "5"})

    return page
