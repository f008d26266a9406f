"""Accepting: new rows of the journal.

Appending inserts and ignores what is there already; only if there was anything is it looked up. What was there is a
dedup key (a repetition: its sender is given the first id) or, once in a blue moon, an id that another process drew
in the same nanosecond (draw again). Two processes that append the same key at once: the second waits for the first,
and then finds its entry.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, literal_column, select

from domain.raw import RawInteraction, Receipt
from store.at_once import AtOnce, Row
from store.bulk import Insert, Inserter, chunks
from store.codec import dumps
from store.journal_schema import raw, raw_payloads
from store.moments import to_micros
from store.raw_ids import to_text

_RAW = ("raw_id", "channel", "dedup_key", "received_at", "size", "late")
_PAYLOAD = ("raw_id", "envelope", "payload", "checksum")


def _insert_raw(insert: Inserter, numbers: range) -> Insert:
    fresh: dict[str, Any] = {"fate": literal_column("'waiting'"), "attempts": literal_column("0")}
    rows = [{name: bindparam(f"{name}{n}", type_=raw.c[name].type) for name in _RAW} | fresh for n in numbers]
    return insert(raw).values(rows).on_conflict_do_nothing()


def _insert_payload(insert: Inserter, numbers: range) -> Insert:
    columns = raw_payloads.c
    rows = [{name: bindparam(f"{name}{n}", type_=columns[name].type) for name in _PAYLOAD} for n in numbers]
    # The same message may have been given the same id by two processes: once more is once too often, but no harm.
    return insert(raw_payloads).values(rows).on_conflict_do_nothing()


_INSERT_RAW = AtOnce(_insert_raw, each=_RAW)
_INSERT_PAYLOAD = AtOnce(_insert_payload, each=_PAYLOAD)
_KNOWN = AtOnce(
    lambda _, numbers: select(raw.c.dedup_key, raw.c.raw_id).where(
        raw.c.dedup_key.in_([bindparam(f"key{n}", type_=raw.c.dedup_key.type) for n in numbers])
    ),
    each=("key",),
)


class NewEntry(NamedTuple):
    """A raw interaction made ready for its two rows, which both begin with its id."""

    raw_id: int
    dedup_key: str
    row: Row
    payload_row: Row

    def renumbered(self, raw_id: int) -> "NewEntry":
        return NewEntry(raw_id, self.dedup_key, (raw_id, *self.row[1:]), (raw_id, *self.payload_row[1:]))


def new_entry(raw_id: int, interaction: RawInteraction, late: int = 0) -> NewEntry:
    envelope = dumps(dict(interaction.envelope))
    payload = interaction.payload
    key = interaction.dedup_key
    return NewEntry(
        raw_id,
        key,
        (raw_id, interaction.channel, key, to_micros(interaction.received_at), len(payload), late),
        (raw_id, envelope, payload, checksum(envelope, payload)),
    )


def checksum(envelope: str, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(envelope.encode()))


def prepare(connection: Connection) -> None:
    """At start: what costs time once."""
    _INSERT_RAW.prepare(connection)
    _INSERT_PAYLOAD.prepare(connection)


def append(connection: Connection, entries: Sequence[NewEntry], draw: Callable[[], int]) -> list[Receipt]:
    """One receipt per entry; of entries with one dedup_key the first is kept. `draw` gives another id."""
    if _INSERT_RAW.run(connection, [entry.row for entry in entries]) == len(entries):
        _INSERT_PAYLOAD.run(connection, [entry.payload_row for entry in entries])
        return [Receipt(raw_id=to_text(entry.raw_id), duplicate=False) for entry in entries]
    kept = _known(connection, [entry.dedup_key for entry in entries])
    if any(entry.dedup_key not in kept for entry in entries):
        # Their ids were taken. Those that are in already are found to be themselves, the next time round.
        return append(connection, [e if e.dedup_key in kept else e.renumbered(draw()) for e in entries], draw)
    _INSERT_PAYLOAD.run(connection, [e.payload_row for e in entries if kept[e.dedup_key] == e.raw_id])
    firsts = [(kept[entry.dedup_key], entry.raw_id) for entry in entries]
    return [Receipt(raw_id=to_text(first), duplicate=first != own) for first, own in firsts]


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(keys):
        found.update((key, raw_id) for key, raw_id in _KNOWN.fetch(connection, [(key,) for key in chunk]))
    return found
