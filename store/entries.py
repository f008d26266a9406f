"""Entries of the journal read back. Where the file is broken, each costs only itself."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, bindparam, null, select, type_coerce
from sqlalchemy.exc import DBAPIError

from domain.raw import Fate, JournalEntry, RawInteraction
from store.appending import checksum
from store.at_once import AtOnce
from store.bulk import chunks
from store.failures import is_damaged
from store.journal_schema import raw, raw_payloads
from store.moments import from_micros, maybe_from_micros
from store.raw_ids import to_text

_ENTRY = (
    raw.c.raw_id, raw.c.channel, raw.c.dedup_key, type_coerce(raw.c.received_at, BigInteger), raw.c.fate,
    raw.c.attempts, raw.c.reason, type_coerce(raw.c.settled_at, BigInteger),
)  # fmt: skip
_FULL = select(*_ENTRY, raw_payloads.c.envelope, raw_payloads.c.payload, raw_payloads.c.checksum).join_from(
    raw, raw_payloads, raw.c.raw_id == raw_payloads.c.raw_id, isouter=True
)
_READ = AtOnce(
    lambda _, numbers: _FULL.where(raw.c.raw_id.in_([bindparam(f"id{n}", type_=BigInteger) for n in numbers])).order_by(
        raw.c.raw_id
    ),
    each=("id",),
)


def read(connection: Connection, ids: Sequence[int]) -> Iterable[tuple[JournalEntry, str | None]]:
    """Oldest first: each entry and, if its payload cannot be trusted, why; then it has what could be read."""
    for chunk in chunks(ids):
        try:
            rows = _READ.fetch(connection, [(raw_id,) for raw_id in chunk])
        except DBAPIError as error:
            if not is_damaged(error):
                raise
            rows = [row for raw_id in dict.fromkeys(chunk) for row in _salvaged(connection, raw_id)]
        yield from map(_entry, rows)


def _salvaged(connection: Connection, raw_id: int) -> Sequence[Any]:
    try:
        return _READ.fetch(connection, [(raw_id,)])
    except DBAPIError as error:
        if not is_damaged(error):
            raise
    return connection.execute(select(*_ENTRY, null(), null(), null()).where(raw.c.raw_id == raw_id)).all()


def _entry(row: Any) -> tuple[JournalEntry, str | None]:
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
        raw_id=to_text(raw_id),
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
