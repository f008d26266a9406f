"""Meta's two requests at `/hooks/<channel name>`.

    GET   hub.mode=subscribe, hub.verify_token, hub.challenge ─▶ the challenge · any other token: 403, nothing echoed
    POST  X-Hub-Signature-256: sha256=<HMAC of the raw body by the app secret> ─▶ 200 once the whole batch is on disk

A POST is one entry of the journal, however many messages of however many numbers it carries: all of them are promised
or none. Meta repeats it byte for byte until it hears 200; what comes again in another batch is known by its own id.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from channels.base import Routes
from channels.json_door import Door, Prove
from channels.problem import SECURITY_HEADERS, problem
from channels.signing import Proof, SignatureRefused
from channels.sources import Source, nobody
from domain.ports import Intake

_HEADER = "X-Hub-Signature-256"
_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,255}", re.ASCII)


def routes(
    *, channel: str, secrets: Sequence[str], verify_token: str, max_body: int, source_of: Source = nobody
) -> Routes:
    """`source_of`: who wrote the first message of a batch; nearly all hold one."""
    door = Door(channel=channel, prove=hub_signature(secrets), max_body=max_body, new=200, source_of=source_of)

    def both(intake: Intake) -> Sequence[web.RouteDef]:
        return [*door.routes(intake), web.get(f"/hooks/{channel}", handshake(verify_token), allow_head=False)]

    return both


def hub_signature(secrets: Sequence[str]) -> Prove:
    """Any of the app secrets may have signed."""
    keys = [secret.encode() for secret in secrets]

    def prove(headers: Mapping[str, str], body: bytes, _now: float) -> Proof:
        given = headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not given:
            raise SignatureRefused(f"the header {_HEADER} is missing")
        if not any(hmac.compare_digest(_signature(key, body), given) for key in keys):
            raise SignatureRefused(f"{_HEADER} does not match this body")
        return Proof(hashlib.sha256(body).hexdigest(), {})

    return prove


def handshake(verify_token: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    expected = verify_token.encode()

    async def answer(request: web.Request) -> web.Response:
        given = request.query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
        challenge = request.query.get("hub.challenge", "")
        proved = hmac.compare_digest(expected, given) and request.query.get("hub.mode") == "subscribe"
        if not proved or not _CHALLENGE.fullmatch(challenge):
            return problem(403, "this is no verification request of ours")
        return web.Response(text=challenge, content_type="text/plain", headers=SECURITY_HEADERS)

    return answer


def _signature(key: bytes, body: bytes) -> bytes:
    return b"sha256=" + hmac.digest(key, body, "sha256").hex().encode()
