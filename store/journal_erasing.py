"""A person's bytes leave the journal. Units of work over a connection.

The entry stays, for its dedup_key makes a repetition harmless: a mailbox that is read again brings nothing back. What
had not been filed yet is never filed. An entry that is being read at this moment is left: it comes again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, select, update

from domain.raw import OVER, Fate
from store.bulk import chunks
from store.journal_schema import raw, raw_payloads
from store.raw_ids import before_next, to_numbers, to_text

PAGE = 500
REASON = "erased"


class Held(NamedTuple):
    """An entry whose bytes are there."""

    raw_id: str
    fate: str
    tickets: frozenset[int]


def held_after(connection: Connection, last: str | None, limit: int = PAGE) -> list[Held]:
    """The next entries whose bytes are there, in the order of their ids."""
    query = select(raw.c.raw_id, raw.c.fate, raw.c.tickets).join(raw_payloads, raw_payloads.c.raw_id == raw.c.raw_id)
    query = query.where(raw.c.raw_id > before_next(last)).order_by(raw.c.raw_id).limit(limit)
    return [
        Held(to_text(row.raw_id), row.fate, frozenset(orjson.loads(row.tickets or "[]")))
        for row in connection.execute(query)
    ]


def erase(connection: Connection, raw_ids: Sequence[str], now: datetime) -> tuple[int, list[str]]:
    """How many lost their bytes now, and those that are being read and kept them."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    erased, busy = 0, set[int]()
    for chunk in chunks(to_numbers(raw_ids)):
        query = select(raw.c.raw_id, raw.c.fate).where(raw.c.raw_id.in_(chunk)).with_for_update()
        fates = {row.raw_id: row.fate for row in connection.execute(query)}
        busy |= {raw_id for raw_id, fate in fates.items() if fate == Fate.CLAIMED.value}
        free = sorted(fates.keys() - busy)
        erased += connection.execute(delete(raw_payloads).where(raw_payloads.c.raw_id.in_(free))).rowcount
        for raw_id in free:
            values: dict[str, Any] = {"reason": REASON}
            if fates[raw_id] not in OVER:
                values |= {"fate": Fate.DISCARDED.value, "settled_at": now}
            connection.execute(update(raw).where(raw.c.raw_id == raw_id).values(values))
    return erased, [to_text(raw_id) for raw_id in sorted(busy)]
