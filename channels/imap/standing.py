"""Where we stand in a folder when we come to it. Pure.

never seen              from now on: what arrives from the UIDNEXT of this moment
another UIDVALIDITY     the old UIDs mean nothing: from now on, and everything that arrived since we began is looked
                        at again. What the journal has is known by its content; of what it has not, only mail that
                        arrived after our last look is acknowledged.
known                   from where we were
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.source import Backfill, Folder

CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the server says of a folder when it is opened."""

    uid_validity: int
    uid_next: int


def standing(known: Folder, opened: Opened, now: datetime) -> Folder:
    if known.uid_validity == opened.uid_validity:
        return known
    began_at, looked_at = known.began_at or now, known.looked_at or now
    fresh = replace(
        known,
        uid_validity=opened.uid_validity,
        start=opened.uid_next,
        upto=opened.uid_next - 1,
        began_at=began_at,
        looked_at=now,
    )
    if known.uid_validity is None:
        return fresh
    again = Backfill(since=began_at - CLOCKS_DIFFER, silent_before=looked_at - CLOCKS_DIFFER)
    return replace(fresh, backfill=_both(known.backfill, again))


def widened(folder: Folder, asked: timedelta | None, now: datetime) -> Folder:
    """With the older mail that a person asked for (`balcao run --backfill`), none of which is acknowledged."""
    if asked is None:
        return folder
    return replace(folder, backfill=_both(folder.backfill, Backfill(since=now - asked, silent_before=now)))


def _both(one: Backfill | None, other: Backfill) -> Backfill:
    """Everything that either wants; mail that one of them would acknowledge is."""
    if one is None:
        return other
    return Backfill(since=min(one.since, other.since), silent_before=min(one.silent_before, other.silent_before))
