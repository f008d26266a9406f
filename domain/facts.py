"""What rules may see of an interaction: a flat snapshot, stored with the message.

Stored so that a backtest needs no decoding, and so that a verdict can still be explained a year later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.interaction import TraitValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFacts:
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`text` is what the customer newly wrote, without quoted history. Times are aware UTC."""

    channel: str
    medium: str
    occurred_at: datetime
    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    automated: str = "none"
    is_reply: bool = False
    attachments: tuple[AttachmentFacts, ...] = ()
    traits: Mapping[str, TraitValue] = field(default_factory=dict)
