"""What the house itself has to say of an incident, through its own journal: durable, once, and open to replay.

    {"incident": {…}}     an event as the store writes it: a beat that failed to come, a maintenance window that is over

Only what carries the mark of the daemon in its envelope is read as such; no transport writes it.
"""

from collections.abc import Sequence
from datetime import datetime

import orjson

from channels.alert_words import alert_interaction
from domain.afterwards import Afterword
from domain.alert import AlertEvent
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction
from store.incidents import event_from_json, event_to_json

BY_US, WATCH = "by", "balcao-watch"


def is_own(raw: RawInteraction) -> bool:
    return raw.envelope.get(BY_US) == WATCH


def own_words(channel: str, key: str, event: AlertEvent, now: datetime) -> RawInteraction:
    """`key` is the same when the same is said again, on whichever node."""
    payload = b'{"incident":' + event_to_json(event).encode() + b"}"
    return RawInteraction(
        channel=channel, dedup_key=f"{channel}:watch:{key}", received_at=now, payload=payload, envelope={BY_US: WATCH}
    )


def decode_own(raw: RawInteraction) -> Sequence[Interaction | Afterword] | Ignored:
    """Raises Undecodable."""
    try:
        event = event_from_json(orjson.dumps(orjson.loads(raw.payload)["incident"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Undecodable(f"not what the house says: {error}") from None
    return [alert_interaction(event, raw.channel, raw.dedup_key, raw.received_at)]
