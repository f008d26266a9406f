"""What the visitor of a web chat is told, and when people are there.

Each visitor of a channel has a stream of events, numbered 1, 2, 3 … without a gap in time: whoever has read up to a
number misses nothing by asking for what follows. An event names a message, in or out; its words stay where they are.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Author(StrEnum):
    VISITOR = "visitor"
    AGENT = "agent"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFile:
    """`sha256` names the content in the store; a visitor never sees it."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """`message_id` is what the visitor's own client called the message; None for what others wrote."""

    number: int
    at: datetime
    author: Author
    text: str
    ticket: int
    message_id: str | None = None
    files: tuple[ChatFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Whether people are there; `until` is when that changes (None: not within a year), `zone` where they are."""

    is_open: bool
    holiday: bool
    until: datetime | None
    zone: str
