"""The in-app API.

    POST    /v1/messages             key or signature ─▶ fields ─▶ intake ─▶ 202 {"receipt", "duplicate": false}
                                          401, 403       400, 422   429,503  200 {"receipt", "duplicate": true}
    GET     /v1/messages/{receipt}   {"receipt", "status", "ticket": {"number", "state"} or null}; others' messages: 404
    OPTIONS /v1/messages…            what browsers ask before a page of another origin may call
    GET     /v1/openapi.json         all of this for machines

A GET is signed over the receipt. `Idempotency-Key`, or else `webhook-id`, says that a message is the same one again.
"""

import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import hdrs, web

from channels.app.keys import Application, Caller, OriginRefused, caller
from channels.app.message import faults
from channels.app.openapi import document
from channels.bodies import BodyReader
from channels.json_door import RETRY_SECONDS, STATUS, UnsupportedMedia, not_now, require_uncompressed
from channels.json_text import MalformedJson
from channels.multipart import FORM
from channels.problem import json_answer, problem
from channels.sent import read_sent
from channels.sources import contact_of, named
from domain.errors import BalcaoError, IntakeUnavailable, Refused, StoreUnavailable
from domain.ports import Intake
from domain.raw import Fate, RawInteraction, Receipt, Whereabouts

PATH = "/v1/messages"
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)
_STATUS = {
    Fate.WAITING: "received", Fate.CLAIMED: "received", Fate.DONE: "filed", Fate.IGNORED: "ignored",
    Fate.QUARANTINED: "held", Fate.FAILED: "held", Fate.DISCARDED: "discarded",
}  # fmt: skip
_ALLOWED = {
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ApiDoor:
    """`applications` that may call. `clock`: Unix seconds."""

    def __init__(
        self, *, channel: str, applications: Sequence[Application], max_body: int,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._channel = channel
        self._applications = applications
        self._bodies = BodyReader(max_body=max_body)
        self._clock = clock
        self._document = document([one.name for one in applications])

    def routes(self, intake: Intake) -> Sequence[web.RouteDef]:
        async def post(request: web.Request) -> web.StreamResponse:
            return await self._taken(request, intake)

        async def get(request: web.Request) -> web.StreamResponse:
            return await self._told(request, intake)

        return [
            web.post(PATH, self._answering(post)),
            web.get(f"{PATH}/{{receipt}}", self._answering(get), allow_head=False),
            web.options(PATH, self._preflight),
            web.options(f"{PATH}/{{receipt}}", self._preflight),
            web.get("/v1/openapi.json", self._described, allow_head=False),
        ]

    # What is sent

    async def _taken(self, request: web.Request, intake: Intake) -> web.StreamResponse:
        content_type = _media(request)
        body = await self._bodies.read(request)
        now = self._clock()
        who = caller(self._applications, request.headers, body, now)
        key = _idempotency_key(request, who)
        sent = read_sent(body, content_type)
        if wrong := faults(sent, who.application.required):
            told = [{"field": fault.field, "detail": fault.detail} for fault in wrong]
            return problem(422, "; ".join(f"{one.field} {one.detail}" for one in wrong[:5]), more={"errors": told})
        digest = hashlib.sha256(body).hexdigest()
        raw = RawInteraction(
            channel=self._channel,
            dedup_key=f"{self._channel}:{who.application.name}:{key}",
            received_at=datetime.fromtimestamp(now, UTC),
            payload=body,
            envelope={
                "application": who.application.name, "content_type": content_type, "sha256": digest,
                "peer": request.remote, **({"webhook_id": who.webhook_id} if who.webhook_id else {}),
            },
            source=f"{who.application.name} {named(contact_of, sent.fields)}".rstrip(),
        )  # fmt: skip
        receipt = await intake.accept(raw)
        if receipt.duplicate and who.webhook_id is None and await _another_body(intake, receipt, digest):
            return problem(422, "this Idempotency-Key was used for another message")
        location = {"Location": f"{PATH}/{receipt.raw_id}"}
        value = {"receipt": receipt.raw_id, "duplicate": receipt.duplicate}
        return json_answer(value, 200 if receipt.duplicate else 202, headers=location)

    # What is asked

    async def _told(self, request: web.Request, intake: Intake) -> web.StreamResponse:
        receipt = request.match_info["receipt"]
        who = caller(self._applications, request.headers, receipt.encode("utf-8", "surrogateescape"), self._clock())
        found = await intake.whereabouts(receipt)
        if found is None or not found.dedup_key.startswith(f"{self._channel}:{who.application.name}:"):
            return problem(404, "this application has sent no message with such a receipt")
        return json_answer({"receipt": receipt, "status": _STATUS[found.fate], "ticket": _ticket(found)})

    async def _described(self, _request: web.Request) -> web.StreamResponse:
        return json_answer(self._document)

    # Around all of it

    def _answering(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                given = await handler(request)
            except (Refused, MalformedJson, IntakeUnavailable, StoreUnavailable) as error:
                given = _refusal(error)
            given.headers.update(self._cors(request))
            return given

        return answer

    async def _preflight(self, request: web.Request) -> web.StreamResponse:
        allowed = self._cors(request)
        if not allowed:
            return problem(403, "pages of this origin may not call")
        return web.Response(status=204, headers={**allowed, **_ALLOWED})

    def _cors(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin", "")
        if not any(origin.lower() in one.origins for one in self._applications):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", "Access-Control-Expose-Headers": "Location"}


def _media(request: web.Request) -> str:
    """The Content-Type as it was sent. Raises UnsupportedMedia."""
    require_uncompressed(request.headers.get(hdrs.CONTENT_ENCODING))
    given = request.headers.get(hdrs.CONTENT_TYPE, "")
    name, _, parameters = given.lower().partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if name.strip() not in {"application/json", FORM} or charset not in {"", "utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMedia(f"Content-Type must be application/json or {FORM}, in UTF-8")
    return given


def _idempotency_key(request: web.Request, who: Caller) -> str:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return who.webhook_id or uuid4().hex
    if not _KEY.fullmatch(given):
        raise MalformedJson("Idempotency-Key must be 1 to 200 visible ASCII characters")
    return given


async def _another_body(intake: Intake, receipt: Receipt, digest: str) -> bool:
    found = await intake.whereabouts(receipt.raw_id)
    return found is not None and found.envelope.get("sha256", digest) != digest


def _ticket(found: Whereabouts) -> dict[str, object] | None:
    if found.ticket is None:
        return None
    return {"number": found.ticket, "state": found.state, "questions": list(found.questions)}


def _refusal(error: BalcaoError) -> web.Response:
    status = 403 if isinstance(error, OriginRefused) else STATUS.get(type(error), 400)
    if isinstance(error, IntakeUnavailable | StoreUnavailable):
        return not_now(error)
    return problem(status, str(error), headers={"Retry-After": str(RETRY_SECONDS)} if status == 503 else None)
