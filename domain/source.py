"""A folder whose mails we fetch, and how far we have come in it.

A server numbers the mails of a folder by UID, growing and never reused, as long as its UIDVALIDITY stays
(RFC 9051 §2.3.1.1). What was accepted is known by (UIDVALIDITY, UID), never by a date.

    UIDs   1 ……… start-1 │ start ……… upto │ upto+1 ………
           before us     │ accepted,      │ not looked at yet
           (backfill)    │ or a Gap       │
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Older mail to be taken: what arrived since `since` under a UID below `Folder.start`.

    Of it, what arrived before `silent_before` is not acknowledged: its senders wrote long ago.
    """

    since: datetime
    silent_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """`uid_validity` is None until the folder was opened once. `trouble` says in English why it cannot be read now.

    `began_at` is since when we take mail here, `looked_at` when we last did.
    """

    key: int
    channel: str
    name: str
    uid_validity: int | None = None
    start: int = 1
    upto: int = 0
    began_at: datetime | None = None
    looked_at: datetime | None = None
    backfill: Backfill | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a name now ('': nobody), and how often that was said: a holder that lives makes the count grow."""

    holder: str
    renewals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A mail that is in the folder and not in the journal: why, and when it is tried again."""

    uid: int
    reason: str
    attempts: int
    noted_at: datetime
    retry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What one commit adds to a folder.

    `accepted` UIDs are in the journal; a gap of theirs is closed. `settled` ones have been flagged or moved, too.
    `vanished` ones are no longer in the folder: their gaps are forgotten. `upto` only ever grows.
    `unheard_since`: what happened from then to `looked_at` may have passed us by, for its source keeps nothing for us.
    """

    looked_at: datetime
    accepted: tuple[int, ...] = ()
    settled: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = ()
    vanished: tuple[int, ...] = ()
    upto: int = 0
    unheard_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReport:
    """A folder as people and figures see it: `missing` counts its gaps, `gaps` are the first of them."""

    folder: Folder
    missing: int
    gaps: tuple[Gap, ...]
