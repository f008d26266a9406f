"""What becomes of the journal's entries: plain functions of a connection, used by `store.journal`.

Ids are numbers in here and text in `domain` (see `store.raw_ids`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Text,
    Update,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from domain.raw import UNFINISHED, Fate, JournalEntry, Outcome
from store import entries, nodes
from store.at_once import AtOnce, Row, given
from store.bell import JOURNAL, ring_with
from store.bulk import chunks
from store.codec import numbers_to_json
from store.journal_schema import NOT_DONE, TURN, raw, raw_payloads
from store.moments import to_micros
from store.raw_ids import to_numbers, to_text

DUE = AtOnce(
    lambda _, __: (
        select(raw.c.raw_id, raw.c.size, raw.c.attempts)
        .where(
            NOT_DONE,
            raw.c.fate == literal_column("'waiting'"),
            or_(raw.c.not_before.is_(None), raw.c.not_before <= bindparam("now", type_=BigInteger)),
        )
        .order_by(TURN)
        .limit(bindparam("limit", type_=Integer))
        .offset(literal_column("0"))  # SQLAlchemy would make it a parameter of its own
        .with_for_update(skip_locked=True)
    ),
    fixed=("now", "limit"),
)
_MARK_CLAIMED = AtOnce(
    lambda _, numbers: (
        update(raw)
        .values(
            fate=literal_column("'claimed'"),
            attempts=literal_column("attempts + 1"),
            claimed_at=bindparam("now", type_=BigInteger),
            claimed_by=bindparam("holder", type_=Text),
        )
        .where(raw.c.raw_id.in_([bindparam(f"id{n}", type_=BigInteger) for n in numbers]))
    ),
    fixed=("now", "holder"),
    each=("id",),
)
_OUTCOME: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "fate": Text(),
    "reason": Text(),
    "at": BigInteger(),
    "tickets": Text(),
    "holder": Text(),
}


def _is_still_of(holder: ColumnElement[str]) -> ColumnElement[bool]:
    """A node that was frozen may come back when its entries are another's. RabbitMQ's archive names no holder."""
    return func.coalesce(raw.c.claimed_by, holder) == holder


def _settle(_: object, numbers: range) -> Update:
    made = given(_OUTCOME, numbers)
    return (
        update(raw)
        .values(
            fate=made.c.fate,
            reason=made.c.reason,
            settled_at=made.c.at,
            tickets=made.c.tickets,
            claimed_by=literal_column("NULL"),
        )
        .where(raw.c.raw_id == made.c.id, raw.c.fate == literal_column("'claimed'"), _is_still_of(made.c.holder))
    )


_FREE: dict[str, Any] = {"fate": Fate.WAITING.value, "claimed_by": None}
_SETTLE = AtOnce(_settle, each=tuple(_OUTCOME))


def claim(connection: Connection, limit: int, most_bytes: int, now: datetime, holder: str) -> list[JournalEntry]:
    """By their turns, at most `limit` entries and `most_bytes` of payload, but one entry whatever its size.

    An entry that was claimed before comes alone: had it company, each time the process dies the whole batch would be
    suspected of having killed it. A damaged entry is quarantined here and costs nobody else anything.
    """
    at = to_micros(now)
    ids = _due(connection, limit, most_bytes, at)
    for chunk in chunks(ids):
        _MARK_CLAIMED.change(connection, [(raw_id,) for raw_id in chunk], at, holder)
    if ids:
        nodes.JOURNAL.beat(connection, holder)
    sound, damaged = [], []
    for entry, damage in entries.read(connection, ids):
        if damage:
            damaged.append(Outcome(raw_id=entry.raw_id, fate=Fate.QUARANTINED, reason=damage))
        else:
            sound.append(entry)
    settle(connection, damaged, now, holder)
    return sound


def _due(connection: Connection, limit: int, most_bytes: int, now: int) -> list[int]:
    ids: list[int] = []
    total = 0
    for raw_id, size, attempts in DUE.fetch(connection, (), now, limit):
        total += size
        if ids and (total > most_bytes or attempts):
            break
        ids.append(raw_id)
        if attempts:
            break
    return ids


def settle(connection: Connection, outcomes: Sequence[Outcome], now: datetime, holder: str) -> None:
    """Write fates of what `holder` has claimed. WAITING means: once more."""
    at = to_micros(now)
    _SETTLE.run(connection, [_settled(outcome, at, holder) for outcome in outcomes])


def _settled(outcome: Outcome, at: int, holder: str) -> Row:
    settled_at = None if outcome.fate is Fate.WAITING else at
    return (
        int(outcome.raw_id, 16), outcome.fate.value, outcome.reason, settled_at, numbers_to_json(outcome.tickets),
        holder,
    )  # fmt: skip


def release(
    connection: Connection, raw_ids: Sequence[str], *, uncount: bool, not_before: datetime | None, holder: str
) -> None:
    for chunk in chunks(to_numbers(raw_ids)):
        connection.execute(
            update(raw)
            .where(raw.c.raw_id.in_(chunk), raw.c.fate == Fate.CLAIMED.value, _is_still_of(literal(holder)))
            .values(**_FREE, attempts=raw.c.attempts - int(uncount), not_before=not_before)
        )


def recover(connection: Connection, holder: str | None) -> int:
    """What `holder` had claimed (None: whoever it was) goes back to waiting; attempts stay counted."""
    claimed = (NOT_DONE, raw.c.fate == Fate.CLAIMED.value, nodes.held_by(raw.c.claimed_by, holder))
    return connection.execute(update(raw).where(*claimed).values(_FREE)).rowcount


def replay(connection: Connection, raw_ids: Sequence[str]) -> list[str]:
    """Entries whose payload retention has removed cannot be replayed."""
    held = select(raw_payloads.c.raw_id).where(raw_payloads.c.raw_id == raw.c.raw_id).exists()
    fresh = {"fate": Fate.WAITING.value, "attempts": 0, "not_before": None, "settled_at": None, "reason": None}
    settled = tuple(fate for fate in Fate if fate not in UNFINISHED)
    ring_with(connection, JOURNAL)
    return _change(connection, raw_ids, raw.c.fate.in_(settled) & held, fresh)


def discard(connection: Connection, raw_ids: Sequence[str], now: datetime) -> list[str]:
    parked = raw.c.fate.in_((Fate.QUARANTINED.value, Fate.FAILED.value))
    return _change(connection, raw_ids, parked, {"fate": Fate.DISCARDED.value, "settled_at": now})


def _change(
    connection: Connection, raw_ids: Sequence[str], condition: ColumnElement[bool], new: dict[str, Any]
) -> list[str]:
    changed: set[str] = set()
    for chunk in chunks(to_numbers(raw_ids)):
        statement = update(raw).where(raw.c.raw_id.in_(chunk), condition).values(new).returning(raw.c.raw_id)
        changed.update(map(to_text, connection.execute(statement).scalars()))
    return [raw_id for raw_id in dict.fromkeys(raw_ids) if raw_id in changed]


def get(connection: Connection, raw_id: str) -> JournalEntry | None:
    return next((entry for entry, _ in entries.read(connection, to_numbers([raw_id]))), None)
