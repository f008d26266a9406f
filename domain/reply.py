"""An agent's words to the customer of a ticket, and what they answer."""

from dataclasses import dataclass, field

from domain.interaction import Attachment, Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The customer's last word on a ticket, as far as an answer needs it."""

    ticket: int
    channel: str
    medium: Medium
    sender: str
    reply_to: tuple[str, ...] = ()
    subject: str = ""
    message_id: str | None = None
    references: tuple[str, ...] = ()
    provider_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent. `number` is the `messages.id` it is kept under."""

    number: int
    ticket: int
    channel: str
    medium: Medium
    to: str
    subject: str
    text: str
    html: str
    language: str
    idempotency_key: str
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    sender: str | None = None
    sender_name: str | None = None
    reply_to: str | None = None
    envelope_sender: str | None = None
    attachments: tuple[Attachment, ...] = field(default=())
