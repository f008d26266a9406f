"""How the contract test reaches a Slack channel."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import cases_of
from tests.channels.site import calling
from tests.channels.slack.workspace import slack_signed

OPTIONS = {"secrets": ["env:SECRET"], "token": "env:TOKEN"}
ACCEPTED, REFUSED, UNAVAILABLE = 200, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    body = cases_of("slack")[0].path.read_bytes()
    headers = slack_signed(body) if acceptable else slack_signed(body + b" ")
    async with calling(list(channel.routes(intake))) as caller:
        status, _, _ = await caller.post(body, headers)
    return status
