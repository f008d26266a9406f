"""GET, HEAD or POST /hooks/<channel>/<token>: one line of cron, and the token is all that it needs.

    token known? ──▶ body not too large? ──▶ intake ──▶ 202 {"id", "duplicate"}
        404                413                503

A secret in an address is a weaker one: it stands in the logs of whatever lies between. It can do nothing but report
for its own system, and whoever does not want that signs instead. All tokens are compared, in constant time.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from channels.bodies import BodyReader, Broken, Crowded, TooLarge, TooSlow
from channels.json_door import STATUS, not_now
from channels.problem import json_answer, problem
from domain.errors import IntakeUnavailable
from domain.ports import Intake
from domain.raw import RawInteraction

SYSTEM = "system"
"""Key in the envelope: whose token it was."""
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings:
    """`names`: system → its token."""

    channel: str
    names: Mapping[str, bytes]
    max_body: int

    def routes(self, intake: Intake) -> Sequence[web.RouteDef]:
        if not self.names:
            return []
        bodies = BodyReader(max_body=self.max_body)

        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, intake, bodies)

        path = f"/hooks/{self.channel}/{{token:.+}}"
        return [web.get(path, answer), web.post(path, answer)]

    async def _answer(self, request: web.Request, intake: Intake, bodies: BodyReader) -> web.StreamResponse:
        name = self._whose(request.match_info["token"])
        if name is None:
            return problem(404, "no system has this token")
        try:
            body = await bodies.read(request) if request.method == "POST" else b""
            receipt = await intake.accept(self._raw(name, body, request))
        except IntakeUnavailable as error:
            return not_now(error)
        except (TooLarge, TooSlow, Broken, Crowded) as error:
            return problem(STATUS[type(error)], str(error))
        return json_answer({"id": receipt.raw_id, "duplicate": receipt.duplicate}, 200 if receipt.duplicate else 202)

    def _whose(self, offered: str) -> str | None:
        digest = _digest(offered[:_LONGEST].encode("utf-8", "surrogateescape"))
        found = [name for name, token in self.names.items() if hmac.compare_digest(_digest(token), digest)]
        return found[0] if found else None

    def _raw(self, name: str, body: bytes, request: web.Request) -> RawInteraction:
        """Several in one second are one."""
        now = datetime.now(UTC)
        return RawInteraction(
            channel=self.channel,
            dedup_key=f"{self.channel}:beat:{name}:{int(now.timestamp())}",
            received_at=now,
            payload=body,
            envelope={SYSTEM: name, "peer": request.remote},
            source=name,
        )


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
