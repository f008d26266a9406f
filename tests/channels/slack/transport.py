"""How the contract test reaches a Slack channel."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.site import hand_over_signed
from tests.channels.slack.workspace import slack_signed

OPTIONS = {"secrets": ["env:SECRET"], "token": "env:TOKEN"}
ACCEPTED, REFUSED, UNAVAILABLE = 200, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = cases_of("slack")[0].path.read_bytes()
    return await hand_over_signed(channel, intake, body, slack_signed, acceptable=acceptable)
