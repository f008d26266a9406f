"""The journal's statements: plain functions of a connection, used by `store.journal`.

Appending inserts and ignores dedup keys that are there already; only if there were any are they looked up.
Two processes that append the same key at once: the second waits for the first, and then finds its entry.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    bindparam,
    literal_column,
    null,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import DBAPIError

from domain.raw import Fate, JournalEntry, Outcome, RawInteraction, Receipt
from store.bulk import Bulk, chunks, parameters
from store.codec import dumps, numbers_to_json
from store.failures import is_damaged
from store.journal_schema import NOT_DONE, raw, raw_payloads
from store.moments import from_micros, maybe_from_micros, to_micros

_NEW = ("raw_id", "channel", "dedup_key", "received_at", "size", "fate", "attempts")
_INSERT_RAW = Bulk(
    lambda insert: insert(raw).values(parameters(raw, _NEW)).on_conflict_do_nothing(index_elements=["dedup_key"]), _NEW
)
_INSERT_PAYLOAD = Bulk.insert(raw_payloads, "raw_id", "envelope", "payload", "checksum")
_MARK_CLAIMED = Bulk(
    lambda _: (
        update(raw)
        .values(fate=literal_column("'claimed'"), attempts=literal_column("attempts + 1"), claimed_at=bindparam("now"))
        .where(raw.c.raw_id == bindparam("id"))
    ),
    ("now", "id"),
)
_SETTLE = Bulk(
    lambda _: (
        update(raw)
        .values(
            fate=bindparam("new"), reason=bindparam("why"), settled_at=bindparam("at"), tickets=bindparam("reached")
        )
        .where(raw.c.raw_id == bindparam("id"), raw.c.fate == literal_column("'claimed'"))
    ),
    ("new", "why", "at", "reached", "id"),
)
_ENTRY = (
    raw.c.raw_id, raw.c.channel, raw.c.dedup_key, type_coerce(raw.c.received_at, BigInteger), raw.c.fate,
    raw.c.attempts, raw.c.reason, type_coerce(raw.c.settled_at, BigInteger),
)  # fmt: skip
_FULL = select(*_ENTRY, raw_payloads.c.envelope, raw_payloads.c.payload, raw_payloads.c.checksum).join_from(
    raw, raw_payloads, raw.c.raw_id == raw_payloads.c.raw_id, isouter=True
)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A raw interaction made ready for its two rows."""

    raw_id: str
    dedup_key: str
    row: tuple[Any, ...]
    payload_row: tuple[Any, ...]


def new_entry(raw_id: str, interaction: RawInteraction) -> NewEntry:
    envelope = dumps(dict(interaction.envelope))
    payload = interaction.payload
    key = interaction.dedup_key
    received = to_micros(interaction.received_at)
    return NewEntry(
        raw_id,
        key,
        (raw_id, interaction.channel, key, received, len(payload), "waiting", 0),
        (raw_id, envelope, payload, checksum(envelope, payload)),
    )


def checksum(envelope: str, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(envelope.encode()))


def append(connection: Connection, entries: Sequence[NewEntry]) -> list[Receipt]:
    """One receipt per entry; of entries with one dedup_key the first is kept."""
    written = _INSERT_RAW.run(connection, [entry.row for entry in entries])
    if written == len(entries):
        _INSERT_PAYLOAD.run(connection, [entry.payload_row for entry in entries])
        return [Receipt(raw_id=entry.raw_id, duplicate=False) for entry in entries]
    kept = _known(connection, [entry.dedup_key for entry in entries])
    new = [entry for entry in entries if kept[entry.dedup_key] == entry.raw_id]
    _INSERT_PAYLOAD.run(connection, [entry.payload_row for entry in new])
    firsts = [(kept[entry.dedup_key], entry.raw_id) for entry in entries]
    return [Receipt(raw_id=first, duplicate=first != own) for first, own in firsts]


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(keys):
        query = select(raw.c.dedup_key, raw.c.raw_id).where(raw.c.dedup_key.in_(chunk))
        found.update((row[0], row[1]) for row in connection.execute(query))
    return found


def claim(connection: Connection, limit: int, most_bytes: int, now: datetime) -> list[JournalEntry]:
    """Oldest first, at most `limit` entries and `most_bytes` of payload, but one entry whatever its size.

    An entry that was claimed before comes alone: had it company, each time the process dies the whole batch would be
    suspected of having killed it. A damaged entry is quarantined here and costs nobody else anything.
    """
    ids = _due(connection, limit, most_bytes, now)
    at = to_micros(now)
    _MARK_CLAIMED.run(connection, [(at, raw_id) for raw_id in ids])
    entries, damaged = [], []
    for row in _rows(connection, ids):
        entry, damage = _entry(row)
        if damage:
            damaged.append(Outcome(raw_id=entry.raw_id, fate=Fate.QUARANTINED, reason=damage))
        else:
            entries.append(entry)
    settle(connection, damaged, now)
    return entries


def _due(connection: Connection, limit: int, most_bytes: int, now: datetime) -> list[str]:
    due = (
        select(raw.c.raw_id, raw.c.size, raw.c.attempts)
        .where(NOT_DONE, raw.c.fate == "waiting", or_(raw.c.not_before.is_(None), raw.c.not_before <= now))
        .order_by(raw.c.raw_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids: list[str] = []
    total = 0
    for raw_id, size, attempts in connection.execute(due):
        total += size
        if ids and (total > most_bytes or attempts):
            break
        ids.append(raw_id)
        if attempts:
            break
    return ids


def _rows(connection: Connection, ids: Sequence[str]) -> Iterable[Any]:
    """Entries with their payloads. Where the file is broken, what cannot be read comes without its payload."""
    for chunk in chunks(ids):
        try:
            rows = connection.execute(_FULL.where(raw.c.raw_id.in_(chunk)).order_by(raw.c.raw_id)).all()
        except DBAPIError as error:
            if not is_damaged(error):
                raise
            yield from (row for raw_id in dict.fromkeys(chunk) for row in _salvaged(connection, raw_id))
        else:
            yield from rows


def _salvaged(connection: Connection, raw_id: str) -> Sequence[Any]:
    try:
        return connection.execute(_FULL.where(raw.c.raw_id == raw_id)).all()
    except DBAPIError as error:
        if not is_damaged(error):
            raise
    return connection.execute(select(*_ENTRY, null(), null(), null()).where(raw.c.raw_id == raw_id)).all()


def _entry(row: Any) -> tuple[JournalEntry, str | None]:
    """The entry and, if its payload cannot be trusted, why; such an entry has what could be read."""
    raw_id, channel, dedup_key, received_at, fate, attempts, reason, settled_at, envelope, payload, checked = row
    damage = None
    if payload is None:
        envelope, payload, damage = "{}", b"", "damaged in the journal: its payload is missing or cannot be read"
    elif checksum(envelope, payload) != checked:
        damage = "damaged in the journal: its checksum does not match"
    interaction = RawInteraction(
        channel=channel,
        dedup_key=dedup_key,
        received_at=from_micros(received_at),
        payload=payload,
        envelope=_envelope(envelope),
    )
    entry = JournalEntry(
        raw_id=raw_id,
        raw=interaction,
        fate=Fate(fate),
        attempts=attempts,
        reason=reason,
        settled_at=maybe_from_micros(settled_at),
    )
    return entry, damage


def _envelope(text: str) -> dict[str, Any]:
    try:
        envelope = orjson.loads(text)
    except ValueError:
        return {}
    return envelope if isinstance(envelope, dict) else {}


def settle(connection: Connection, outcomes: Iterable[Outcome], now: datetime) -> None:
    """Write fates of claimed entries. WAITING means: once more."""
    at = to_micros(now)
    _SETTLE.run(
        connection,
        [
            (
                outcome.fate.value,
                outcome.reason,
                None if outcome.fate is Fate.WAITING else at,
                numbers_to_json(outcome.tickets),
                outcome.raw_id,
            )
            for outcome in outcomes
        ],
    )


def release(connection: Connection, raw_ids: Sequence[str], *, uncount: bool, not_before: datetime | None) -> None:
    for chunk in chunks(raw_ids):
        connection.execute(
            update(raw)
            .where(raw.c.raw_id.in_(chunk), raw.c.fate == Fate.CLAIMED.value)
            .values(fate=Fate.WAITING.value, attempts=raw.c.attempts - int(uncount), not_before=not_before)
        )


def recover(connection: Connection) -> int:
    """Claimed entries of a process that is no more go back to waiting; their attempts stay counted."""
    claimed = update(raw).where(NOT_DONE, raw.c.fate == Fate.CLAIMED.value).values(fate=Fate.WAITING.value)
    return connection.execute(claimed).rowcount


def replay(connection: Connection, raw_ids: Sequence[str]) -> list[str]:
    """Entries whose payload retention has removed cannot be replayed."""
    held = select(raw_payloads.c.raw_id).where(raw_payloads.c.raw_id == raw.c.raw_id).exists()
    fresh = {"fate": Fate.WAITING.value, "attempts": 0, "not_before": None, "settled_at": None, "reason": None}
    settled = tuple(fate.value for fate in Fate if fate not in {Fate.WAITING, Fate.CLAIMED})
    return _change(connection, raw_ids, raw.c.fate.in_(settled) & held, fresh)


def discard(connection: Connection, raw_ids: Sequence[str], now: datetime) -> list[str]:
    parked = raw.c.fate.in_((Fate.QUARANTINED.value, Fate.FAILED.value))
    return _change(connection, raw_ids, parked, {"fate": Fate.DISCARDED.value, "settled_at": now})


def _change(
    connection: Connection, raw_ids: Sequence[str], condition: ColumnElement[bool], values: dict[str, Any]
) -> list[str]:
    changed: set[str] = set()
    for chunk in chunks(raw_ids):
        statement = update(raw).where(raw.c.raw_id.in_(chunk), condition).values(values).returning(raw.c.raw_id)
        changed.update(connection.execute(statement).scalars())
    return [raw_id for raw_id in dict.fromkeys(raw_ids) if raw_id in changed]


def get(connection: Connection, raw_id: str) -> JournalEntry | None:
    return next((_entry(row)[0] for row in _rows(connection, [raw_id])), None)
