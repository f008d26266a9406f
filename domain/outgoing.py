"""A message on its way out, as the outbox keeps it.

PENDING ──▶ SENDING ──▶ SENT
   ▲           │ ├────▶ FAILED      permanent, or unknown for an at-most-once message
   └───────────┘                    temporary: deferred with growing delays
SILENT                              decided not to be sent; kept with its reason
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.interaction import Attachment


class SendState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SILENT = "silent"
    FAILED = "failed"


class Delivery(StrEnum):
    """AT_MOST_ONCE: automatic messages; after a crash in SENDING they are not repeated.

    AT_LEAST_ONCE: an agent's words; repeated with the same Message-ID.
    """

    AT_MOST_ONCE = "at_most_once"
    AT_LEAST_ONCE = "at_least_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file that goes along, as the store knows it: its content is kept under `sha256`."""

    name: str
    content_type: str
    sha256: str


Objection = Callable[[str, Attachment], str | None]
"""Why a file cannot go to this address, in English; None when it can. Pure."""

MOST_TOGETHER = 100_000_000
"""Bytes of all files of one reply, where a channel does not say less: they are held in memory while they are sent."""


def _none(_to: str, _file: Attachment) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """How a channel carries the files of an agent's reply; a channel without one carries none.

    `apart`: the words go first, then each file as a message of its own, which is sent, repeated and refused by itself.
    Else the files go along with the words. `largest` is bytes of one file, `together` of all; `objection` knows more.
    """

    apart: bool
    largest: int
    together: int = MOST_TOGETHER
    objection: Objection = _none

    def objection_to(self, to: str, file: Attachment) -> str | None:
        if file.size > self.largest:
            return f"it is larger than {self.largest // 1_000_000} MB"
        return self.objection(to, file)


WORDS_ALONE = 0
"""The `part` of a reply that is its words; its n-th file alone is part n. None: all of it in one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What a channel's sender is given. `automatic` asks for RFC 3834 headers and a null reverse path.

    `envelope_sender` is where a failure is to be reported. `destination` is the mail domain, None on other channels.
    `files` are read into `attachments` just before sending; a channel that carries them `apart` is given one, with no
    words, after the words. `refused` says why the last try failed; `heard_at` is when
    the customer last wrote on this ticket, for channels that let us speak freely for a day after that.
    """

    outbox_id: int
    channel: str
    ticket: int
    to: str
    subject: str
    text: str
    html: str | None
    language: str
    automatic: bool
    idempotency_key: str
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    sender: str | None
    reply_to: str | None
    attempts: int
    created_at: datetime
    envelope_sender: str | None = None
    destination: str | None = None
    files: tuple[OutgoingFile, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    refused: str | None = None
    heard_at: datetime | None = None
