"""When two JSON messages are one: the same id is not enough, for its sender chooses it.

With a message id, a digest of who said what where under that id, so that a system which sends the same message twice
with new transport ids is recognised, while an edited text or a reused id never swallows another message. Without one,
the transport's id.
"""

import hashlib

from domain.interaction import Attachment
from domain.raw import RawInteraction


def identity_of(raw: RawInteraction, message_id: str | None, said: tuple[object, ...], element: int = 0) -> str:
    """`element`: which of several messages in one body it is."""
    if message_id is None:
        return f"{raw.dedup_key}:{element}" if element else raw.dedup_key
    digest = hashlib.sha256(repr((message_id, *map(_comparable, said))).encode()).hexdigest()
    return f"{raw.channel}:message:{digest[:40]}"


def _comparable(value: object) -> object:
    if isinstance(value, tuple):
        return tuple((item.name, item.sha256) if isinstance(item, Attachment) else item for item in value)
    return value
