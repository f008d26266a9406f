"""How the contract test reaches the in-app API."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import SECRET, cases_of
from tests.channels.site import calling

PORTAL = {
    "keys": ["env:KEY"],
    "required": ["context.version"],
    "vouches": ["email"],
    "reply": {"url": "https://portal.exemplo.com.br/respostas", "secret": "env:SECRET"},
}
OPTIONS = {"applications": {"portal": PORTAL}}
ACCEPTED, REFUSED, UNAVAILABLE = 202, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = next(case for case in cases_of("app") if case.path.stem == "full").path.read_bytes()
    key = SECRET if acceptable else "another secret of sufficient length"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": "k-1"}
    async with calling(list(channel.routes(intake))) as caller:
        caller.path = "/v1/messages"
        status, _, _ = await caller.post(body, headers)
    return status
