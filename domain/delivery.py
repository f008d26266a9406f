"""What a mail system says became of a mail, recipient by recipient (RFC 3464)."""

from dataclasses import dataclass
from enum import StrEnum


class DeliveryAction(StrEnum):
    """Only FAILED is a failure: after DELAYED the mail may still arrive."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """`recipients`: the address as it was written to and as it was delivered to, as far as they are told.

    `status` is an enhanced status code (RFC 3463), `diagnostic` the words of the server that refused.
    """

    recipients: tuple[str, ...]
    action: DeliveryAction
    status: str | None = None
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """What the outbox knows of a message that a report may speak of. `number` is its `messages.id`, if it has one."""

    outbox_id: int
    ticket: int
    number: int | None
    message_id: str | None
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A message of ours that certainly did not arrive, and the address that is to blame."""

    outbox_id: int
    ticket: int
    address: str
    status: str | None
    reason: str
