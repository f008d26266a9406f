"""Slack: its Events API in, chat.postMessage out, files by their private addresses."""

from functools import partial

from channels.api_call import ApiCaller
from channels.base import BuildContext, Channel
from channels.json_door import Door
from channels.slack.decode import decode
from channels.slack.door import challenge, event_id, slack_signature
from channels.slack.fetch import SlackFetcher
from channels.slack.options import Options
from channels.slack.send import CARRIAGE, SlackSender
from channels.sources import at

__all__ = ["Options", "build"]


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing."""
    token, seconds = context.reveal(options.token), options.timeout.total_seconds()
    door = Door(
        channel=context.name,
        prove=slack_signature([context.reveal(reference) for reference in options.secrets]),
        max_body=options.max_body,
        new=200,
        at_once=challenge,
        key_of=event_id,
        source_of=at("event", "user"),
    )
    return Channel(
        name=context.name,
        kind="slack",
        decode=partial(decode, rooms=frozenset(options.rooms)),
        routes=door.routes,
        sender=SlackSender(ApiCaller(who="Slack", seconds=seconds, outward=context.outward), token, options.api),
        carriage=CARRIAGE,
        fetcher=SlackFetcher(ApiCaller(who="Slack", seconds=seconds, outward=context.outward), token, options.api),
    )
