"""How the contract test reaches a channel of heartbeats."""

from channels.base import Channel
from domain.ports import Intake
from tests.channels.site import hand_over_signed, signed

OPTIONS = {
    "secrets": ["env:SECRET"],
    "systems": {
        "backup": {"every": "15m", "token": "env:TOKEN", "name": "Backup da padaria", "labels": {"cliente": "padaria"}},
        "nfe": {"every": "1m"},
    },
}
ACCEPTED, REFUSED, UNAVAILABLE = 202, 401, 503


async def hand_over(channel: Channel, intake: Intake, *, acceptable: bool = True) -> int:
    """Give the channel one interaction over its transport; the status it answers."""
    return await hand_over_signed(channel, intake, b'{"system": "nfe"}', signed, acceptable=acceptable)
