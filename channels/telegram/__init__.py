"""A Telegram bot: long polling or a webhook in, sendMessage back, files by getFile."""

from functools import partial

from channels.base import BuildContext, Channel, utc_now
from channels.json_door import Door
from channels.sources import at
from channels.telegram.connector import Connector
from channels.telegram.decode import House, decode
from channels.telegram.fetch import TelegramFetcher
from channels.telegram.greeting import Greeter, greeted
from channels.telegram.hook import WebhookKeeper, prover, showable
from channels.telegram.options import Options
from channels.telegram.receive import PollingReceiver
from channels.telegram.send import CARRIAGE, TelegramSender

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing."""
    token = context.reveal(options.token)
    bot = int(number) if (number := token.partition(":")[0]).isascii() and number.isdecimal() else None
    house = House(bot=bot, username=options.username, groups=options.groups, group_ids=frozenset(options.group_ids))
    connect = Connector(token, options.base_url)
    hooked = options.receive == "webhook"
    secret = showable(context.reveal(options.secret)) if options.secret else ""
    return Channel(
        name=context.name,
        kind="telegram",
        decode=partial(decode, house=house),
        receiver=_keeper(options, token, secret) if hooked else _poller(options, context, token),
        sole=None if hooked else f"telegram:{bot}",
        routes=_door(options, context, secret).routes if hooked else None,
        sender=TelegramSender(connect),
        carriage=CARRIAGE,
        fetcher=TelegramFetcher(connect, options.base_url),
    )


def _poller(options: Options, context: BuildContext, token: str) -> PollingReceiver:
    return PollingReceiver(
        channel=context.name,
        connect=Connector(token, options.base_url),
        wait=options.poll,
        greet=Greeter(context.name, options.greeting).greet,
        now=utc_now,
    )


def _keeper(options: Options, token: str, secret: str) -> WebhookKeeper:
    return WebhookKeeper(connect=Connector(token, options.base_url), url=options.public_url, secret=secret)


def _door(options: Options, context: BuildContext, secret: str) -> Door:
    greeting = options.greeting
    return Door(
        channel=context.name,
        prove=prover(secret),
        max_body=options.max_body,
        new=200,
        at_once=partial(greeted, text=greeting) if greeting is not None else None,
        source_of=at("message", "from", "id"),
    )
