"""How the tests reach a bot: its server holds one update, watched until the channel has asked again."""

import asyncio
from pathlib import Path

from channels.base import BuildContext
from channels.telegram import Options, build
from domain.errors import ReceiverError
from tests.channels.cases import NAME, SECRET
from tests.channels.telegram.server import TOKEN, bot_api, standing
from tests.patience import PATIENCE

OPTIONS = {
    "token": "env:TOKEN",
    "base_url": standing(SECRET),
    "username": "exemplo_suporte_bot",
    "groups": "mentions",
    "group_ids": [-1001234567890],
    "poll": "1s",
}
ACCEPTED, REFUSED, UNAVAILABLE = "confirmed", "stays with Telegram", "stays with Telegram, asked again"


async def hand_over(channel, intake, *, acceptable=True):
    """One update; what becomes of it at Telegram. Not acceptable: our token is another bot's."""
    del channel
    async with bot_api() as api:
        if not acceptable:
            api.token = "1:another"
        api.say("oi", message_id=7)
        running = asyncio.ensure_future(channel_of(api).receiver.run(intake, lambda: None))
        try:
            async with asyncio.timeout(PATIENCE):
                while api.updates and not running.done():
                    await asyncio.sleep(0.01)
            if not api.updates:
                return ACCEPTED
            refused = running.exception()
            return UNAVAILABLE if type(refused) is ReceiverError else REFUSED
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def channel_of(api, var=None, **options):
    """A channel that speaks to this server."""
    var = var or Path("var")
    context = BuildContext(
        name=NAME,
        base=var,
        var=var,
        hostname="balcao.example",
        reveal=lambda reference: TOKEN if reference == "env:TOKEN" else SECRET,
    )
    return build(Options.model_validate({**OPTIONS, "base_url": api.url, **options}), context)
