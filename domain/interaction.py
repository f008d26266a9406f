"""What a channel understood: one message, call or alert, in the same words whatever its road."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from domain.alert import AlertEvent
from domain.call import CallEvent
from domain.delivery import DeliveryReport
from domain.remote import RemoteFile
from domain.sniffing import sniffed_type
from domain.traits import TraitValue

__all__ = ["Attachment", "Automated", "Ignored", "Interaction", "Medium", "Party", "TraitValue"]


class Medium(StrEnum):
    MAIL = "mail"
    CHAT = "chat"
    CALL = "call"
    ALERT = "alert"


class Automated(StrEnum):
    """Who wrote it, if not a person. Everything but NONE is recorded and never acknowledged."""

    NONE = "none"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    BULK = "bulk"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person as the channel names them. `address` is an e-mail address, phone number or provider id."""

    address: str
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that came along. `name` is cleaned for display; `original_name` is what the sender wrote.

    `content_type` is what the sender declares, `sniffed_type` what the bytes are, if that is known.
    """

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    original_name: str | None = None

    @property
    def size(self) -> int:
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def sniffed_type(self) -> str | None:
        return sniffed_type(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One interaction as read by a channel. Times are aware UTC.

    `occurred_at` is what the sender says, `arrived_at` when somebody took it who keeps mail for us, if that was not us.
    `identity` is the same for the same message by two roads. `conversation_key` names a conversation the
    channel vouches for (a chat thread, a call id); mail has none: its threads are found, not proven.
    `return_path` is where an automatic answer may go (mail: the envelope sender; chat: whatever the sender
    of this channel understands); None means that there is no way back, and `no_return_path` says why.
    `remote_files` came as references; a chore fetches them through the channel's Fetcher (domain/remote.py).
    Of an `album` each picture comes as a message of its own; those of one identity are one message with all files.
    `headers` holds the few header fields of a mail that rules may ask for, by small-letter name.
    `vouched` are further addresses of the sender that the channel answers for, as (realm, address): ("mail", "ana@…"),
    ("phone", E.164). They bring contacts together, so nothing that a customer may claim belongs here.
    `authentic` is true when the sender is proved: by the channel itself (a signed webhook), or for mail by a server
    that the settings trust (ADR 7). `call_events` is what is told of a telephone call (`domain.call`); `pending` says
    why nothing is filed yet, for others of its kind will follow. `answer_by`: the channel that carries an automatic
    answer, if it is another one; `at_night`: it came when nobody wants to be woken by one. `stream`: of which visitor's
    web chat it is part (domain/chat.py). `alert`: what is told of an incident (domain/alert.py).
    """

    channel: str
    identity: str
    medium: Medium
    sender: Party
    occurred_at: datetime
    arrived_at: datetime | None = None
    subject: str = ""
    text: str = ""
    text_full: str = ""
    html: str | None = None
    recipients: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    remote_files: tuple[RemoteFile, ...] = ()
    album: bool = False
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    conversation_key: str | None = None
    automated: Automated = Automated.NONE
    provider_id: str | None = None
    traits: Mapping[str, TraitValue] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    envelope_sender: str | None = None
    envelope_recipients: tuple[str, ...] = ()
    deliveries: tuple[DeliveryReport, ...] = ()
    return_path: str | None = None
    no_return_path: str | None = None
    authentic: bool = False
    vouched: tuple[tuple[str, str], ...] = ()
    call_events: tuple[CallEvent, ...] = ()
    pending: str | None = None
    answer_by: str | None = None
    at_night: bool = False
    stream: str | None = None
    alert: AlertEvent | None = None

    @property
    def answering_channel(self) -> str:
        return self.answer_by or self.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Understood, and nothing to file: a ringing event, a delivery receipt. `noted` is kept for what may follow."""

    reason: str
    noted: tuple[Interaction, ...] = field(default=(), compare=False)
