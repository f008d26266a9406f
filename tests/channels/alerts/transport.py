"""How the contract test reaches a channel of alerts."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.site import hand_over_signed, signed

OPTIONS = {"secrets": ["env:SECRET"]}
ACCEPTED, REFUSED, UNAVAILABLE = 202, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = next(case for case in cases_of("alerts") if case.path.stem == "alertmanager-firing").path.read_bytes()
    return await hand_over_signed(channel, intake, body, signed, acceptable=acceptable)
