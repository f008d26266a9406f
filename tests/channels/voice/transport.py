"""How the contract test reaches a voice channel."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.site import calling, signed

OPTIONS = {"secrets": ["env:SECRET"]}
ACCEPTED, REFUSED, UNAVAILABLE = 202, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = next(case for case in cases_of("voice") if case.path.stem == "missed").path.read_bytes()
    headers = signed(body) if acceptable else {**signed(body), "webhook-id": "another"}
    async with calling(list(channel.routes(intake))) as caller:
        status, _, _ = await caller.post(body, headers)
    return status
