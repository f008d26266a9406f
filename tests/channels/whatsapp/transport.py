"""How the contract test reaches a WhatsApp channel."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.graph.meta import hub_signed
from tests.channels.site import hand_over_signed

OPTIONS = {"secrets": ["env:SECRET"], "verify_token": "env:VERIFY", "token": "env:TOKEN"}
ACCEPTED, REFUSED, UNAVAILABLE = 200, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = cases_of("whatsapp")[0].path.read_bytes()
    return await hand_over_signed(channel, intake, body, hub_signed, acceptable=acceptable)
