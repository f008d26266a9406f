"""The unit of acceptance and what becomes of it in the journal.

        append                 claim                settle
    (transport) ──▶ WAITING ──────────▶ CLAIMED ─────────────▶ DONE
                       ▲                   │                   IGNORED       understood, not for us
                       │     release       │                   QUARANTINED   unreadable: a person looks
                       └───────────────────┘                   FAILED        our bug: replay after the fix
                       ▲                                          │
                       └──────────── replay (a person) ───────────┘──▶ DISCARDED (a person)

The attempt is counted when an entry is claimed, committed before the work begins, so that a payload
which kills the process is not retried for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
    """Where a journal entry stands. The pipeline deletes none of them."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    DISCARDED = "discarded"


UNFINISHED = (Fate.WAITING, Fate.CLAIMED)
OVER = (Fate.DONE, Fate.IGNORED, Fate.DISCARDED)
"""Neither a worker nor a person has anything more to do with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawInteraction:
    """One thing a transport handed over, untouched.

    `channel` is the configured channel name (not its kind). `dedup_key` is the same when the transport
    repeats itself and differs otherwise. `envelope` holds what the transport knew beside the payload
    (SMTP: `mail_from`, `rcpt_to`, `peer`; HTTP: `headers`, `peer`) as JSON-ready values. `source` names who seems to
    have sent it, as far as the transport knows without understanding it: it proves nothing, decides nothing but fair
    shares, and is not kept.
    """

    channel: str
    dedup_key: str
    received_at: datetime
    payload: bytes
    envelope: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The journal's promise: the raw bytes are durable under `raw_id`."""

    raw_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A raw interaction with its place in the journal. `attempts` counts claims, this one included."""

    raw_id: str
    raw: RawInteraction
    fate: Fate
    attempts: int
    reason: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What became of an entry: `ticket` is the first that it reached, in `state`; `envelope` may be purged by now.

    `questions` are what the customer was asked when the ticket was opened.
    """

    dedup_key: str
    fate: Fate
    envelope: Mapping[str, Any] = field(default_factory=dict)
    ticket: int | None = None
    state: str | None = None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the pipeline made of one claimed entry; `tickets` lists the tickets its interactions reached."""

    raw_id: str
    fate: Fate
    reason: str | None = None
    tickets: tuple[int, ...] = ()
