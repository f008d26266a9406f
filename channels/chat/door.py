"""A web chat's door: what its widget calls, from pages of the origins that the settings name.

    GET     /chat/<channel>/widget.js          the widget, for everybody
    POST    /chat/<channel>/session            ─▶ {"token", "expires_at", "visitor", …}: who the visitor is from now on
    POST    /chat/<channel>/messages           ─▶ 202 {"receipt", "duplicate"}: durable
    GET     /chat/<channel>/events             what he is told, as it happens (stream.py)
    GET     /chat/<channel>/files/<event>/<n>  a file of an event of his
    OPTIONS …                                  what browsers ask before a page of another origin may call

    origin ─▶ token ─▶ limits ─▶ body ─▶ fields ─▶ intake
     403       401      429      4xx      422      503

Tokens travel in the Authorization header, never in a URL and never as a cookie: no page can make a browser send one.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import hdrs, web

from channels.bodies import BodyReader
from channels.chat.asset import Asset
from channels.chat.bounds import Bounds, TooMany
from channels.chat.message import digest_of, faults
from channels.chat.options import Look, Options
from channels.chat.pulse import Pulse
from channels.chat.stream import EventStream, opening_as_json
from channels.chat.tokens import Clerk, Person, TokenExpired
from channels.json_door import RETRY_SECONDS, STATUS, UnsupportedMedia, not_now, require_uncompressed
from channels.json_text import MalformedJson, read_object
from channels.multipart import FORM
from channels.problem import SECURITY_HEADERS, json_answer, problem
from channels.sent import read_sent
from channels.signing import SignatureRefused
from domain.chat import Opening
from domain.errors import BalcaoError, IntakeUnavailable, Refused, StoreUnavailable
from domain.ports import Intake
from domain.raw import RawInteraction, Receipt

MOST_SESSION_BYTES = 16_000
_LARGEST_NUMBER = 2**63 - 1
_BEARER = "bearer "
_ALLOWED = {
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OriginRefused(Refused):
    """Pages of this origin may not call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDoor:
    """`clock`: Unix seconds."""

    channel: str
    options: Options
    clerk: Clerk
    widget: Asset
    clock: Callable[[], float] = time.time

    def routes(self, intake: Intake) -> Sequence[web.RouteDef]:
        """Shape of channels.base.Routes."""
        return Visits(self, intake).routes()


@dataclass(slots=True)
class Visits:
    """A door with its intake, and who stands before it."""

    door: ChatDoor
    intake: Intake
    bodies: BodyReader = field(init=False)
    little: BodyReader = field(init=False)
    bounds: Bounds = field(init=False)
    pulse: Pulse = field(init=False)

    def __post_init__(self) -> None:
        options = self.door.options
        self.bodies = BodyReader(max_body=options.max_body)
        self.little = BodyReader(max_body=MOST_SESSION_BYTES)
        self.bounds = Bounds(options.limits)
        self.pulse = Pulse(self.door.channel, self.intake.chats)

    def routes(self) -> list[web.RouteDef]:
        base = f"/chat/{self.door.channel}"
        paths = {f"{base}/session": (web.post, self.session), f"{base}/messages": (web.post, self.message)}
        called = [make(path, self._answering(handler)) for path, (make, handler) in paths.items()]
        read = {f"{base}/events": self.events, f"{base}/files/{{event}}/{{position}}": self.file}
        called += [web.get(path, self._answering(handler), allow_head=False) for path, handler in read.items()]
        asked = [web.options(path, self.preflight) for path in (*paths, *read)]
        return [*called, *asked, web.get(f"{base}/widget.js", self.door.widget.answer)]

    # Who comes

    async def session(self, request: web.Request) -> web.StreamResponse:
        origin = self._origin(request)
        self.bounds.session(request.remote)
        _require_media(request, "application/json")
        asked = read_object(await self.little.read(request))
        now = self.door.clock()
        person = self._person(asked, origin, now)
        token = self.door.clerk.token(person, origin or "", now)
        options = self.door.options
        return json_answer({
            "token": token.text, "expires_at": token.expires_at, "visitor": person.visitor, "known": person.known,
            "hours": opening_as_json(await self.hours()), "look": _look(options.look),
            "limits": {"files": options.max_files, "bytes": options.max_body},
        })  # fmt: skip

    def _person(self, asked: dict[str, Any], origin: str | None, now: float) -> Person:
        """A user whom the site has signed, the visitor of the token that came along, or somebody new."""
        clerk, user, token = self.door.clerk, asked.get("user"), asked.get("token")
        if user is not None:
            return clerk.user(user if isinstance(user, str) else "", now)
        if isinstance(token, str):
            try:
                return clerk.returning(token, origin, now)
            except SignatureRefused:
                return clerk.newcomer()
        return clerk.newcomer()

    # What he says

    async def message(self, request: web.Request) -> web.StreamResponse:
        origin, (person, _) = self._origin(request), self._visitor(request)
        content_type = _require_media(request, "application/json", FORM)
        self.bounds.message(person.visitor, request.remote)
        body = await self.bodies.read(request)
        posted = read_sent(body, content_type)
        if wrong := faults(posted, self.door.options.max_files):
            told = [{"field": fault.field, "detail": fault.detail} for fault in wrong]
            return problem(422, "; ".join(f"{one.field} {one.detail}" for one in wrong), more={"errors": told})
        digest = digest_of(posted)
        raw = RawInteraction(
            channel=self.door.channel,
            dedup_key=f"{self.door.channel}:{person.visitor}:{posted.fields['id']}",
            received_at=datetime.fromtimestamp(self.door.clock(), UTC),
            payload=body,
            envelope={
                "visitor": person.visitor, "origin": origin, "content_type": content_type, "sha256": digest,
                "peer": request.remote, "person": _vouched(person),
            },
            source=person.visitor,
        )  # fmt: skip
        receipt = await self.intake.accept(raw)
        if receipt.duplicate and await self._another(receipt, digest):
            return problem(422, "this id was used for another message")
        value = {"receipt": receipt.raw_id, "duplicate": receipt.duplicate}
        return json_answer(value, 200 if receipt.duplicate else 202)

    async def _another(self, receipt: Receipt, digest: str) -> bool:
        try:
            found = await self.intake.whereabouts(receipt.raw_id)
        except StoreUnavailable:
            return False
        return found is not None and found.envelope.get("sha256", digest) != digest

    # What he is told

    async def events(self, request: web.Request) -> web.StreamResponse:
        origin = self._origin(request)
        person, expires_at = self._visitor(request)
        stream = EventStream(
            channel=self.door.channel, visitor=person.visitor, chats=self.intake.chats, pulse=self.pulse,
            hours=self.hours, expires_at=expires_at, clock=self.door.clock,
            after=_whole(request.headers.get("Last-Event-ID", "")),
        )  # fmt: skip
        with self.bounds.stream(person.visitor, request.remote):
            return await stream.answer(request, self._cors(origin))

    async def file(self, request: web.Request) -> web.StreamResponse:
        self._origin(request)
        person, _ = self._visitor(request)
        event, position = (_whole(request.match_info[name]) for name in ("event", "position"))
        found = await self.intake.chats.file(self.door.channel, person.visitor, event, position)
        if found is None:
            return problem(404, "this visitor was sent no such file")
        headers = {**SECURITY_HEADERS, "Content-Disposition": "attachment", "Content-Type": "application/octet-stream"}
        return web.Response(body=found[1], headers=headers)

    async def hours(self) -> Opening | None:
        calendar = self.door.options.calendar
        if calendar is None:
            return None
        return await self.intake.chats.opening(calendar, datetime.fromtimestamp(self.door.clock(), UTC))

    # Around all of it

    def _origin(self, request: web.Request) -> str | None:
        """None for a page of our own origin, of which browsers send no Origin. Raises OriginRefused."""
        given = request.headers.get(hdrs.ORIGIN)
        if given is None and request.method == hdrs.METH_GET and request.headers.get("Sec-Fetch-Site") == "same-origin":
            return None
        if given is None or given.lower() not in self.door.options.origins:
            raise OriginRefused("pages of this origin may not call")
        return given.lower()

    def _visitor(self, request: web.Request) -> tuple[Person, int]:
        """Raises SignatureRefused."""
        offered = request.headers.get(hdrs.AUTHORIZATION, "")
        if offered[: len(_BEARER)].lower() != _BEARER:
            raise SignatureRefused("a visitor's token is needed (Authorization: Bearer …)")
        given = request.headers.get(hdrs.ORIGIN)
        origin = None if given is None else given.lower()
        return self.door.clerk.visitor(offered[len(_BEARER) :].strip(), origin, self.door.clock())

    def _answering(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                given = await handler(request)
            except (Refused, MalformedJson, IntakeUnavailable, StoreUnavailable) as error:
                given = _refusal(error)
            if not given.prepared:
                given.headers.update(self._cors(request.headers.get(hdrs.ORIGIN)))
            return given

        return answer

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        allowed = self._cors(request.headers.get(hdrs.ORIGIN))
        if not allowed:
            return problem(403, "pages of this origin may not call")
        return web.Response(status=204, headers={**SECURITY_HEADERS, **allowed, **_ALLOWED})

    def _cors(self, origin: str | None) -> dict[str, str]:
        if origin is None or origin.lower() not in self.door.options.origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin, "Vary": "Origin", "Access-Control-Expose-Headers": "Retry-After",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }  # fmt: skip


def _require_media(request: web.Request, *known: str) -> str:
    """The Content-Type as it was sent. Raises UnsupportedMedia."""
    require_uncompressed(request.headers.get(hdrs.CONTENT_ENCODING))
    given = request.headers.get(hdrs.CONTENT_TYPE, "")
    if given.lower().partition(";")[0].strip() not in known:
        raise UnsupportedMedia(f"Content-Type must be {' or '.join(known)}")
    return given


def _vouched(person: Person) -> dict[str, Any]:
    """What the embedding site vouches for; nothing of somebody unknown."""
    return {"name": person.name, "email": person.email, "verified": person.verified} if person.known else {}


def _look(look: Look) -> dict[str, Any]:
    return look.model_dump(exclude_none=True)


def _whole(text: str) -> int:
    """A number from the wire; -1 for what is none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    return number if number <= _LARGEST_NUMBER else -1


def _refusal(error: BalcaoError) -> web.Response:
    if isinstance(error, TooMany):
        return problem(429, str(error), headers={"Retry-After": str(error.seconds)})
    if isinstance(error, OriginRefused):
        return problem(403, str(error))
    if isinstance(error, IntakeUnavailable | StoreUnavailable):
        return not_now(error)
    if isinstance(error, TokenExpired):
        return problem(401, str(error), more={"expired": True})
    status = STATUS.get(type(error), 400)
    return problem(status, str(error), headers={"Retry-After": str(RETRY_SECONDS)} if status == 503 else None)
