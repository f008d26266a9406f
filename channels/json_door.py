"""The door of every channel that is called with signed JSON: `POST /hooks/<channel name>`.

    media type ──▶ size ──▶ body ──▶ proof ──▶ a JSON object? ──▶ intake ──▶ 202 {"id", "duplicate": false}
       415        413,503   408,400   401          400            429,503    200 {"id", "duplicate": true}

What proves a request is the provider's own (`prove`): Standard Webhooks, Meta's X-Hub-Signature-256, Slack's v0.
Nothing is parsed before the proof holds, and nothing is understood here: that is `decode`'s, later. A body that
has arrived whole with its headers (nearly every one) is taken without waiting; only the others pay for a time limit
and for their share of the memory that bodies on their way may take.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import hdrs, web

from channels.bodies import BODY_SECONDS, BodyReader, Broken, Crowded, TooLarge, TooSlow
from channels.json_text import MalformedJson, read_object
from channels.problem import problem
from channels.signing import Proof, SignatureRefused
from channels.sources import Source, named, nobody
from channels.swift_answer import receipt_answer
from domain.errors import BalcaoError, IntakeUnavailable, Refused, ShareSpent
from domain.ports import Intake
from domain.raw import RawInteraction

RETRY_SECONDS = 5
_PLAIN_JSON = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})

Prove = Callable[[Mapping[str, str], bytes, float], Proof]
"""Headers, body and now (Unix seconds). Raises SignatureRefused."""


class UnsupportedMedia(Refused):
    """Not plain JSON: another type, another charset, or compressed."""


STATUS: dict[type[BalcaoError], int] = {
    UnsupportedMedia: 415,
    TooLarge: 413,
    TooSlow: 408,
    Broken: 400,
    Crowded: 503,
    SignatureRefused: 401,
    MalformedJson: 400,
    IntakeUnavailable: 503,
}


def require_uncompressed(encoding: str | None) -> None:
    """Raises UnsupportedMedia."""
    if encoding is not None and encoding.lower() != "identity":
        raise UnsupportedMedia("compressed bodies are not taken; send without Content-Encoding")


def require_plain_json(media_type: str) -> None:
    """Raises UnsupportedMedia."""
    if media_type in _PLAIN_JSON:
        return
    name, _, parameters = media_type.lower().partition(";")
    name = name.strip()
    if name != "application/json" and not (name.startswith("application/") and name.endswith("+json")):
        raise UnsupportedMedia("Content-Type must be application/json")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in {"", "utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMedia("JSON is UTF-8; no other charset is taken")


def _object(body: bytes, _media_type: str) -> Mapping[str, Any]:
    return read_object(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`max_body`: bytes. `clock`: Unix seconds. `new`: the status of what is new, for providers that take 200 alone.

    `at_once` answers proven bodies that ask whether we listen and say nothing else; they are not kept. `key_of` names
    what is the same when it comes again in other words; where it names nothing, the proof does. `source_of` finds who
    sent it (RawInteraction.source).
    `takes` raises UnsupportedMedia for a content type that is not for us, `opened` MalformedJson for a
    body that is not what its content type says; both are for JSON objects unless another kind of body is taken.
    """

    channel: str
    prove: Prove
    max_body: int
    new: int = 202
    at_once: Callable[[Mapping[str, Any]], web.Response | None] | None = None
    key_of: Callable[[Mapping[str, Any]], str | None] | None = None
    source_of: Source = nobody
    takes: Callable[[str], None] = require_plain_json
    opened: Callable[[bytes, str], Mapping[str, Any]] = _object
    body_seconds: float = BODY_SECONDS
    clock: Callable[[], float] = time.time

    def routes(self, intake: Intake) -> Sequence[web.RouteDef]:
        """Routes of this door before `intake`; shape of channels.base.Routes."""
        return [web.post(f"/hooks/{self.channel}", _Visit(self, intake).answer)]


class _Visit:
    """A door with its intake, and the bodies that stand before it."""

    def __init__(self, door: Door, intake: Intake) -> None:
        self.door = door
        self.intake = intake
        self.bodies = BodyReader(max_body=door.max_body, seconds=door.body_seconds)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        try:
            admitted = await self.admit(request)
            if isinstance(admitted, web.Response):
                return admitted
            receipt = await self.intake.accept(admitted)
        except (Refused, MalformedJson, IntakeUnavailable) as error:
            return _refusal(error)
        return receipt_answer(request, receipt, new=self.door.new)

    async def admit(self, request: web.Request) -> RawInteraction | web.Response:
        """The request as something to accept, or its answer. Raises Refused or MalformedJson."""
        door, headers = self.door, request.headers
        require_uncompressed(headers.get(hdrs.CONTENT_ENCODING))
        door.takes(headers.get(hdrs.CONTENT_TYPE, ""))
        body = await self.bodies.read(request)
        now = door.clock()
        proof = door.prove(headers, body, now)
        value = door.opened(body, headers.get(hdrs.CONTENT_TYPE, ""))
        if door.at_once is not None and (answer := door.at_once(value)) is not None:
            return answer
        own = door.key_of(value) if door.key_of is not None else None
        return RawInteraction(
            channel=door.channel,
            dedup_key=f"{door.channel}:{own or proof.key}",
            received_at=datetime.fromtimestamp(now, UTC),
            payload=body,
            envelope={"headers": proof.kept, "peer": request.remote},
            source=named(door.source_of, value),
        )


def not_now(error: BalcaoError) -> web.Response:
    """429 for whoever is over his share, 503 for everybody else; both say when to come again."""
    if isinstance(error, ShareSpent):
        return problem(429, str(error), headers={"Retry-After": str(error.seconds)})
    return problem(503, "this cannot be done now; try again later", headers={"Retry-After": str(RETRY_SECONDS)})


def _refusal(error: BalcaoError) -> web.Response:
    if isinstance(error, IntakeUnavailable):
        return not_now(error)
    status = STATUS.get(type(error), 400)
    retry = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else None
    return problem(status, str(error), headers=retry)
