"""How the contract test reaches a Messenger channel."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.graph.meta import hub_signed
from tests.channels.site import hand_over_signed

ACCOUNTS = ("104830000000001", "104830000000002", "17841400000000001")
OPTIONS = {
    "secrets": ["env:SECRET"],
    "verify_token": "env:VERIFY",
    "accounts": [{"id": account, "token": "env:TOKEN"} for account in ACCOUNTS],
}
ACCEPTED, REFUSED, UNAVAILABLE = 200, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = cases_of("messenger")[0].path.read_bytes()
    return await hand_over_signed(channel, intake, body, hub_signed, acceptable=acceptable)
