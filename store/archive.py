"""What a journal that is kept by a broker leaves in the ticket database: plain functions of a connection.

A queue forgets what was settled. The archive remembers it, in the journal's own tables (`store.journal_schema`), from
the moment an entry is claimed: which keys were ever seen, what became of each entry, its bytes.

    delivered ──admit──▶ NEW        the first of its key: now in the archive, claimed, one attempt counted
                         AGAIN      claimed before and not settled: alone, another attempt
                         SETTLED    the work was done, only the broker had not heard of it
                         REPEATED   another entry has this key: noted, so that its receipt leads there
                         LATER      not with these: something that may have killed a process comes alone

An attempt is a claim *and* a delivery. A message that was delivered to a process that died before it claimed it was
not tried; one that was claimed and given back by a process that lived on was not delivered again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, select, update

from domain.raw import UNFINISHED, Fate, RawInteraction, Whereabouts
from store import journal_queries
from store.appending import append, new_entry
from store.bulk import chunks
from store.journal_schema import raw
from store.raw_ids import to_text

REPEATS = "repeats:"
_ROW = select(raw.c.raw_id, raw.c.dedup_key, raw.c.fate, raw.c.attempts, raw.c.reason)


Known: TypeAlias = Row[Any, Any, Any, Any, Any]
"""raw_id, dedup_key, fate, attempts, reason"""


class Admission(Enum):
    NEW = auto()
    AGAIN = auto()
    SETTLED = auto()
    REPEATED = auto()
    LATER = auto()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry as the broker delivered it, for the `redeliveries`-th time again."""

    raw_id: int
    interaction: RawInteraction
    redeliveries: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """`attempts` and `reason` are of NEW and AGAIN; `raw_id` differs from the arrival's if that was taken."""

    how: Admission
    raw_id: int
    attempts: int = 1
    reason: str | None = None


def admit(
    connection: Connection, arrivals: Sequence[Arrival], draw: Callable[[], int], now: datetime
) -> list[Admitted]:
    """One answer per arrival, in order; what is claimed is marked so."""
    known = _known(connection, arrivals)
    first = [_of_known(arrival, known[arrival.raw_id]) if arrival.raw_id in known else None for arrival in arrivals]
    fresh = iter(_append(connection, [a for a, found in zip(arrivals, first, strict=True) if found is None], draw, now))
    answers = _some_alone([found or next(fresh) for found in first])
    _mark(connection, [one.raw_id for one in answers if one.how is Admission.NEW], 1, now)
    for one in answers:
        if one.how is Admission.AGAIN:
            _mark(connection, [one.raw_id], one.attempts, now)
    return answers


def bury(connection: Connection, arrival: Arrival, reason: str, draw: Callable[[], int], now: datetime) -> bool:
    """Put a dead letter into quarantine; false if it was settled meanwhile, or repeats something."""
    known = _known(connection, [arrival])
    admitted = _of_known(arrival, known[arrival.raw_id]) if known else _append(connection, [arrival], draw, now)[0]
    if admitted.how in {Admission.SETTLED, Admission.REPEATED}:
        return False
    dead = {"fate": Fate.QUARANTINED.value, "reason": reason, "settled_at": now, "attempts": arrival.redeliveries}
    connection.execute(update(raw).where(raw.c.raw_id == admitted.raw_id).values(dead))
    return True


def whereabouts(connection: Connection, raw_id: str) -> Whereabouts | None:
    """As `store.journal_queries` has it; a repetition is where the first of its key is."""
    found = journal_queries.whereabouts(connection, raw_id)
    if found is not None and found.dedup_key.startswith(REPEATS):
        first = journal_queries.whereabouts(connection, found.dedup_key.split(":")[1])
        return first and replace(first, envelope=found.envelope)
    return found


def _known(connection: Connection, arrivals: Sequence[Arrival]) -> dict[int, Known]:
    """The row of each arrival that has one, by the arrival's id.

    That id may have been drawn by two processes in the same nanosecond: who came second has a row under another one.
    """
    keys = {arrival.raw_id: arrival.interaction.dedup_key for arrival in arrivals}
    found: dict[int, Known] = {}
    taken = []
    for chunk in chunks(list(keys)):
        for row in connection.execute(_ROW.where(raw.c.raw_id.in_(chunk))):
            if row.dedup_key == keys[row.raw_id] or _is_repetition(row):
                found[row.raw_id] = row
            else:
                taken.append(row.raw_id)
    for raw_id in taken:
        for row in connection.execute(_ROW.where(raw.c.dedup_key == keys[raw_id])):
            found[raw_id] = row
    return found


def _of_known(arrival: Arrival, row: Known) -> Admitted:
    if row.fate not in UNFINISHED:
        return Admitted(Admission.SETTLED, row.raw_id)
    attempts = 1 + min(row.attempts, arrival.redeliveries)
    how = Admission.AGAIN if attempts > 1 else Admission.NEW
    return Admitted(how, row.raw_id, attempts, row.reason)


def _append(
    connection: Connection, arrivals: Sequence[Arrival], draw: Callable[[], int], now: datetime
) -> list[Admitted]:
    if not arrivals:
        return []
    entries = [new_entry(arrival.raw_id, arrival.interaction) for arrival in arrivals]
    answers = []
    for arrival, receipt in zip(arrivals, append(connection, entries, draw), strict=True):
        kept = int(receipt.raw_id, 16)
        if receipt.duplicate:
            _note_repetition(connection, arrival, kept, draw, now)
        answers.append(Admitted(Admission.REPEATED if receipt.duplicate else Admission.NEW, kept))
    return answers


def _note_repetition(
    connection: Connection, arrival: Arrival, first: int, draw: Callable[[], int], now: datetime
) -> None:
    """Without its bytes: those of the first are there. Its sender may ask by its receipt."""
    empty = replace(arrival.interaction, dedup_key=_repeats(first, arrival.raw_id), payload=b"")
    append(connection, [new_entry(arrival.raw_id, empty)], draw)
    ignored = {"fate": Fate.IGNORED.value, "reason": f"repeats {to_text(first)}", "settled_at": now}
    connection.execute(update(raw).where(raw.c.dedup_key == empty.dedup_key).values(ignored))


def _repeats(first: int, own: int) -> str:
    return f"{REPEATS}{to_text(first)}:{to_text(own)}"


def _is_repetition(row: Known) -> bool:
    """Whether a repetition that had this id is noted here."""
    return bool(row.dedup_key.startswith(REPEATS) and row.dedup_key.endswith(f":{to_text(row.raw_id)}"))


def _some_alone(answers: Sequence[Admitted]) -> list[Admitted]:
    """What was claimed before and not settled comes alone, as in `store.records.claim`."""
    claimed = 0
    alone = False
    kept = []
    for one in answers:
        counts = one.how in {Admission.NEW, Admission.AGAIN}
        if counts and (alone or (claimed and one.how is Admission.AGAIN)):
            kept.append(replace(one, how=Admission.LATER))
            continue
        alone = alone or one.how is Admission.AGAIN
        claimed += counts
        kept.append(one)
    return kept


def _mark(connection: Connection, ids: Sequence[int], attempts: int, now: datetime) -> None:
    claimed = {"fate": Fate.CLAIMED.value, "attempts": attempts, "claimed_at": now, "settled_at": None}
    for chunk in chunks(ids):
        connection.execute(update(raw).where(raw.c.raw_id.in_(chunk)).values(claimed))
