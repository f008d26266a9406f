"""What rules may see of an interaction: a flat snapshot, stored with the message.

Stored so that a backtest needs no decoding, and so that a verdict can still be explained a year later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.interaction import TraitValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFacts:
    """`content_type` is what the sender declares, `sniffed_type` what the bytes are (None: not known, or not kept)."""

    name: str
    content_type: str
    size: int
    sniffed_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`text` is what the customer newly wrote, without quoted history. Times are aware UTC.

    `received_at` is when we accepted it, or the server of the mailbox that it was fetched from (the sender cannot
    choose it); facts stored before it was kept have None. `conversation_age` is how many seconds ago its ticket was
    opened, `message_count` which message of the ticket it is. `contact_class` and `contact_plan` are None until
    somebody has looked the sender up.
    """

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
    headers: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime | None = None
    conversation_age: float = 0.0
    message_count: int = 1
    contact_class: str | None = None
    contact_plan: str | None = None

    @property
    def moment(self) -> datetime:
        """When it came, for business hours and weekdays."""
        return self.received_at or self.occurred_at
