"""How the contract test reaches a web chat."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.cases import NAME
from tests.channels.chat.visiting import FakeChats
from tests.channels.site import calling

ORIGIN = "https://www.exemplo.com.br"
OPTIONS = {"origins": [ORIGIN], "secrets": ["env:CHAT"], "users": {"secrets": ["env:SITE"]}}
ACCEPTED, REFUSED, UNAVAILABLE = 202, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers. The visitor stays the same."""
    intake.chats = FakeChats()
    body = b'{"id": "m-0000001", "text": "oi"}'
    clerk = channel.routes.__self__.clerk
    person = type(clerk.newcomer())(visitor="visitor/1")
    now = channel.routes.__self__.clock()
    token = clerk.token(person, ORIGIN, now).text
    headers = {"Origin": ORIGIN, "Content-Type": "application/json",
               "Authorization": f"Bearer {token if acceptable else token[:-2]}"}  # fmt: skip
    async with calling(list(channel.routes(intake))) as caller:
        caller.path = f"/chat/{NAME}/messages"
        status, _, _ = await caller.post(body, headers)
    return status
