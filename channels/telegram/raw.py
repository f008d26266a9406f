"""An update as it is accepted: its own bytes, under a key that is the same when Telegram sends it again.

Not the update_id alone: after a week of silence Telegram goes on from a random number, which may have been used.
"""

import hashlib
from datetime import datetime
from typing import Any

import orjson

from domain.raw import RawInteraction


def raw_update(channel: str, update: Any, now: datetime) -> RawInteraction:
    payload = orjson.dumps(update, option=orjson.OPT_SORT_KEYS)
    return RawInteraction(channel=channel, dedup_key=f"{channel}:{key_of(payload)}", received_at=now, payload=payload)


def key_of(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()[:40]
