"""The journal as documents, and back: what `balcao journal export` writes and `import` reads. Units of work.

    folders, mails, gaps     how far sources were read; first, so that no position is ahead of the entries
    entries                  oldest first, with their bytes

Importing a document again changes nothing; what the journal has already, under the same dedup_key, is kept as it is.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, select, type_coerce
from sqlalchemy.exc import DBAPIError

from domain.errors import N_, WrongFile
from domain.raw import Fate
from store.appending import checksum
from store.bulk import INSERTERS, chunks
from store.failures import is_damaged
from store.journal_schema import raw, raw_payloads, source_folders, source_gaps, source_mails
from store.raw_ids import before_next, to_numbers, to_text

Document = dict[str, Any]

PAGE = 500
PAGE_BYTES = 16_000_000
MAILS = 5_000
_OF_AN_ENTRY = ("channel", "dedup_key", "size", "fate", "attempts", "reason", "tickets")
_MOMENTS = ("received_at", "not_before", "settled_at")
_OF_A_FOLDER = ("channel", "folder", "uid_validity", "start_uid", "upto_uid", "trouble")
_FOLDER_MOMENTS = ("began_at", "looked_at", "backfill_since", "silent_before")
_GAP = ("uid", "reason", "attempts")
_GAP_MOMENTS = ("noted_at", "retry_at")


class Broken(WrongFile):
    """A document that is not what was exported."""


@dataclass(slots=True)
class Imported:
    """`known`: entries the journal had already."""

    new: int = 0
    known: int = 0


def sources(connection: Connection) -> list[Document]:
    """All but the mails of a folder, which `mails_after` gives."""
    found: list[Document] = []
    for row in connection.execute(select(*_raw_columns(source_folders, _OF_A_FOLDER, _FOLDER_MOMENTS, "id"))):
        values = _plain(row)
        number = values.pop("id")
        found.append({"folder": values, "id": number})
        gaps = select(*_raw_columns(source_gaps, _GAP, _GAP_MOMENTS)).where(source_gaps.c.folder_id == number)
        found += [{"gap": {**_plain(one), "channel": values["channel"], "folder": values["folder"]}}
                  for one in connection.execute(gaps.order_by(source_gaps.c.uid))]  # fmt: skip
    return found


def mails_after(connection: Connection, folder_id: int, last: int) -> list[list[int]]:
    """[UID, settled] of the next mails of a folder."""
    query = select(source_mails.c.uid, source_mails.c.settled).where(source_mails.c.folder_id == folder_id)
    query = query.where(source_mails.c.uid > last).order_by(source_mails.c.uid).limit(MAILS)
    return [[row.uid, int(row.settled)] for row in connection.execute(query)]


def entries_after(connection: Connection, last: str | None) -> list[Document]:
    """The next entries, as many as may be in memory together."""
    sizes = select(raw.c.raw_id, raw.c.size).where(raw.c.raw_id > before_next(last))
    sizes = sizes.order_by(raw.c.raw_id).limit(PAGE)
    ids: list[int] = []
    total = 0
    for raw_id, size in connection.execute(sizes):
        total += size
        if ids and total > PAGE_BYTES:
            break
        ids.append(raw_id)
    return [_entry(row) for row in _rows(connection, ids)]


def _rows(connection: Connection, ids: Sequence[int]) -> Iterator[Document]:
    """A page of a broken file costs only the bytes that lie on it."""
    if not ids:
        return
    bare = _raw_columns(raw, _OF_AN_ENTRY, _MOMENTS, "raw_id")
    query = select(*bare).where(raw.c.raw_id.in_(ids)).order_by(raw.c.raw_id)
    rows = [_plain(row) for row in connection.execute(query)]
    bytes_of = _payloads(connection, ids)
    for row in rows:
        yield {**row, **bytes_of.get(row["raw_id"], {})}


def _payloads(connection: Connection, ids: Sequence[int]) -> dict[int, Document]:
    columns = (raw_payloads.c.raw_id, raw_payloads.c.envelope, raw_payloads.c.payload, raw_payloads.c.checksum)
    try:
        found = connection.execute(select(*columns).where(raw_payloads.c.raw_id.in_(ids))).all()
    except DBAPIError as error:
        if not is_damaged(error):
            raise
        if len(ids) == 1:
            return {ids[0]: {"envelope": "{}", "payload": b"", "checksum": -1}}
        return {raw_id: one for each in ids for raw_id, one in _payloads(connection, [each]).items()}
    return {row.raw_id: {"envelope": row.envelope, "payload": row.payload, "checksum": row.checksum} for row in found}


def _entry(row: Document) -> Document:
    """`claimed` becomes `waiting`: nobody here will settle it."""
    document: Document = {"id": to_text(row.pop("raw_id")), **row}
    document["tickets"] = orjson.loads(row["tickets"] or "[]")
    if row["fate"] == Fate.CLAIMED.value:
        document["fate"] = Fate.WAITING.value
    if "payload" in row:
        payload = row["payload"] or b""
        document["payload"] = base64.b64encode(payload).decode()
        document["envelope"], document["checksum"] = row["envelope"] or "{}", row["checksum"] or -1
        if checksum(document["envelope"], payload) != document["checksum"]:
            document["damaged"] = True
    return {name: value for name, value in document.items() if value is not None and value != []}


# Back


def add_folder(connection: Connection, values: Document) -> None:
    """What the journal knows of a folder itself counts."""
    row = {name: values.get(name) for name in (*_OF_A_FOLDER, *_FOLDER_MOMENTS)}
    statement = INSERTERS[connection.dialect.name](source_folders).values(_as_numbers(row))
    connection.execute(statement.on_conflict_do_nothing(index_elements=["channel", "folder"]))


def add_mails(connection: Connection, channel: str, folder: str, mails: Sequence[Sequence[int]]) -> None:
    number = _folder_id(connection, channel, folder)
    insert = INSERTERS[connection.dialect.name](source_mails)
    for start in range(0, len(mails), PAGE):
        rows = [
            {"folder_id": number, "uid": uid, "settled": bool(settled)} for uid, settled in mails[start : start + PAGE]
        ]
        connection.execute(insert.values(rows).on_conflict_do_nothing())


def add_gap(connection: Connection, values: Document) -> None:
    row = {name: values.get(name) for name in (*_GAP, *_GAP_MOMENTS)}
    row["folder_id"] = _folder_id(connection, values["channel"], values["folder"])
    insert = INSERTERS[connection.dialect.name](source_gaps)
    connection.execute(insert.values(_as_numbers(row)).on_conflict_do_nothing())


def add_entries(connection: Connection, documents: Sequence[Document]) -> Imported:
    """All of them or none. Raises Broken when what was written is not what was given."""
    known = _known(connection, [one["dedup_key"] for one in documents])
    fresh = [one for one in documents if one["dedup_key"] not in known]
    insert = INSERTERS[connection.dialect.name]
    taken = _taken(connection, fresh)
    for one in fresh:
        raw_id = int(one["id"], 16)
        while raw_id in taken:
            raw_id += 1
        taken.add(raw_id)
        _add(connection, insert, one, raw_id)
    written = _known(connection, [one["dedup_key"] for one in documents])
    if missing := [one["id"] for one in documents if one["dedup_key"] not in written]:
        raise Broken(N_("%(count)s entries are not there after they were written"), count=len(missing))
    return Imported(new=len(fresh), known=len(documents) - len(fresh))


def checked(document: Document) -> Document:
    """An entry whose bytes are those that were exported. Raises Broken."""
    try:
        raw_id, key, fate = document["id"], document["dedup_key"], Fate(document["fate"])
        payload = base64.b64decode(document["payload"], validate=True) if "payload" in document else None
        good = isinstance(key, str) and to_numbers([raw_id]) and fate is not Fate.CLAIMED
        if payload is not None and not document.get("damaged"):
            good = good and checksum(document["envelope"], payload) == document["checksum"]
            good = good and len(payload) == document["size"]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Broken(N_("an entry cannot be read: %(why)s"), why=f"{type(error).__name__}: {error}") from error
    if not good:
        raise Broken(N_("entry %(entry)s: its bytes are not those that were exported"), entry=raw_id)
    return {**document, "payload": payload}


def _add(connection: Connection, insert: Any, one: Document, raw_id: int) -> None:
    row = {name: one.get(name) for name in (*_OF_AN_ENTRY, *_MOMENTS)}
    row |= {"raw_id": raw_id, "tickets": orjson.dumps(one["tickets"]).decode() if one.get("tickets") else None}
    connection.execute(insert(raw).values(_as_numbers(row)))
    if one["payload"] is not None:
        held = {"raw_id": raw_id, "envelope": one["envelope"], "payload": one["payload"], "checksum": one["checksum"]}
        connection.execute(insert(raw_payloads).values(held))


def _known(connection: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(keys):
        found.update(connection.execute(select(raw.c.dedup_key).where(raw.c.dedup_key.in_(chunk))).scalars())
    return found


def _taken(connection: Connection, documents: Iterable[Document]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks([int(one["id"], 16) for one in documents]):
        found.update(connection.execute(select(raw.c.raw_id).where(raw.c.raw_id.in_(chunk))).scalars())
    return found


def _folder_id(connection: Connection, channel: str, folder: str) -> int:
    query = select(source_folders.c.id).where(source_folders.c.channel == channel, source_folders.c.folder == folder)
    number: int | None = connection.execute(query).scalar()
    if number is None:
        raise Broken(N_("mails of a folder that is not there: %(folder)s"), folder=f"{channel}/{folder}")
    return number


def _raw_columns(table: Any, plain: Sequence[str], moments: Sequence[str], *more: str) -> list[Any]:
    """Moments as the whole microseconds they are kept as."""
    return [*(table.c[name] for name in (*more, *plain)),
            *(type_coerce(table.c[name], BigInteger).label(name) for name in moments)]  # fmt: skip


def _as_numbers(row: Document) -> Document:
    """Moments again; everything else is as it is kept."""
    moments = {*_MOMENTS, *_FOLDER_MOMENTS, *_GAP_MOMENTS}
    return {name: type_coerce(value, BigInteger) if name in moments else value for name, value in row.items()}


def _plain(row: Any) -> Document:
    """Column names as plain text: SQLAlchemy's own kind of text is no key of JSON."""
    return {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name
