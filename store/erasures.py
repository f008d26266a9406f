"""Erasures of persons: begun, remembered until they are done, and that they were done for good. Units of work.

begin ─▶ open: the person is known, so that it can be taken up after a crash ─▶ finish: only that it was done
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from domain.person import Address, Person
from store.bulk import INSERTERS, chunks
from store.codec import dumps
from store.documents import Document, iso
from store.schema import history
from store.schema_forgetting import erasure_raws, erasures, forgetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One that is under way."""

    id: int
    who: str
    begun_at: datetime
    person: Person


def begin(connection: Connection, person: Person, who: str, now: datetime) -> Erasure:
    row = insert(erasures).values(who=who, begun_at=now, person=_to_json(person), counts="{}")
    number: int = connection.execute(row.returning(erasures.c.id)).scalar_one()
    return Erasure(id=number, who=who, begun_at=now, person=person)


def under_way(connection: Connection) -> list[Erasure]:
    """Oldest first."""
    query = select(erasures).where(erasures.c.finished_at.is_(None)).order_by(erasures.c.id)
    return [
        Erasure(id=row.id, who=row.who, begun_at=row.begun_at, person=_from_json(row.person))
        for row in connection.execute(query)
    ]


def count(connection: Connection, erasure: Erasure, more: Mapping[str, int]) -> None:
    row = connection.execute(select(erasures.c.counts).where(erasures.c.id == erasure.id).with_for_update()).one()
    counts = Counter(orjson.loads(row.counts)) + Counter(more)
    connection.execute(update(erasures).where(erasures.c.id == erasure.id).values(counts=dumps(dict(counts))))


def finish(connection: Connection, erasure: Erasure, now: datetime) -> Document:
    """From now on nothing says who it was."""
    here = erasures.c.id == erasure.id
    connection.execute(update(erasures).where(here).values(person=None, finished_at=now))
    return _document(connection.execute(select(erasures).where(here)).one())


def listing(connection: Connection) -> list[Document]:
    return [_document(row) for row in connection.execute(select(erasures).order_by(erasures.c.id))]


def note_raws(connection: Connection, erasure: Erasure, raw_ids: Sequence[str]) -> None:
    """Their bytes are to go."""
    table = INSERTERS[connection.dialect.name](erasure_raws)
    for raw_id in sorted(set(raw_ids)):
        connection.execute(table.values(erasure=erasure.id, raw_id=raw_id).on_conflict_do_nothing())


def noted_raws(connection: Connection, erasure: Erasure) -> list[str]:
    query = select(erasure_raws.c.raw_id).where(erasure_raws.c.erasure == erasure.id).order_by(erasure_raws.c.raw_id)
    return list(connection.execute(query).scalars())


def raws_are_gone(connection: Connection, erasure: Erasure, raw_ids: Sequence[str]) -> None:
    for chunk in chunks(raw_ids):
        here = erasure_raws.c.erasure == erasure.id, erasure_raws.c.raw_id.in_(chunk)
        connection.execute(delete(erasure_raws).where(*here))


def tickets_of(connection: Connection, erasure: Erasure) -> set[int]:
    """Tickets that something was removed from."""
    told = history.c.what == "erased", history.c.reason == f"erasure {erasure.id}"
    return set(connection.execute(select(history.c.ticket).where(*told)).scalars())


@contextmanager
def history_open(connection: Connection) -> Iterator[None]:
    """Within this, and in no other transaction, history may be changed. What is deleted is overwritten (SQLite)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    connection.execute(insert(forgetting).values(id=1))
    yield
    connection.execute(delete(forgetting))


def _document(row: Any) -> Document:
    return {
        "id": row.id,
        "who": row.who,
        "begun_at": iso(row.begun_at),
        "finished_at": iso(row.finished_at),
        "removed": orjson.loads(row.counts),
    }


def _to_json(person: Person) -> str:
    addresses = sorted([one.realm, one.address] for one in person.addresses)
    return dumps({"contacts": person.contacts, "addresses": addresses, "names": sorted(person.names)})


def _from_json(document: str) -> Person:
    values = orjson.loads(document)
    return Person(
        contacts=tuple(values["contacts"]),
        addresses=frozenset(Address(realm, address) for realm, address in values["addresses"]),
        names=frozenset(values["names"]),
    )
