"""All rows of all tables from one database to another, whatever their engines. Units of work over two connections.

SQLite ◀──▶ PostgreSQL     page by page in the order of the primary keys; parents before children
counters (SQLite) ◀──▶ sequences (PostgreSQL)
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from store.schema import SEQUENCES, counters

PAGE = 500
LARGE_PAGE = 8
"""Rows whose bytes may be many."""

Counts = dict[str, int]


def copy_tables(
    source: Connection, target: Connection, metadata: MetaData, told: Callable[[int], object] = lambda _rows: None
) -> Counts:
    """Rows by table. `target` has the same schema and holds nothing."""
    counts: Counts = {}
    for table in metadata.sorted_tables:
        if table is counters:
            continue
        counts[str(table.name)] = 0
        for page in _pages(source, table):
            target.execute(insert(table), page)
            counts[str(table.name)] += len(page)
            told(len(page))
        _follow(target, table)
    if counters in metadata.sorted_tables:
        _set_numbers(target, _numbers(source))
    return counts


def row_counts(connection: Connection, metadata: MetaData) -> Counts:
    """Of all tables but the counters, which a new database has, too."""
    tables = [one for one in metadata.sorted_tables if one is not counters]
    count = select(func.count())
    return {str(one.name): int(connection.execute(count.select_from(one)).scalar_one()) for one in tables}


def _pages(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    keys = list(table.primary_key.columns)
    size = LARGE_PAGE if any(isinstance(column.type, LargeBinary) for column in table.columns) else PAGE
    query = select(table).order_by(*keys).limit(size)
    last: tuple[Any, ...] | None = None
    while True:
        here = query if last is None else query.where(tuple_(*keys) > last)
        rows = source.execute(here).mappings().all()
        if not rows:
            return
        yield [dict(row) for row in rows]
        last = tuple(rows[-1][key.name] for key in keys)


def _follow(target: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from its own sequence, which has not seen those that were copied."""
    (*_rest, key) = table.primary_key.columns
    numbered = len(table.primary_key.columns) == 1 and isinstance(key.type, Integer | BigInteger)
    if target.dialect.name != "postgresql" or not numbered:
        return
    sequence = target.execute(select(func.pg_get_serial_sequence(table.name, key.name))).scalar()
    last = target.execute(select(func.max(key))).scalar()
    if sequence is not None and last is not None:
        target.execute(select(func.setval(sequence, last)))


def _numbers(source: Connection) -> Counts:
    if source.dialect.name != "postgresql":
        return {row.name: row.value for row in source.execute(select(counters))}
    found: Counts = {}
    for name in SEQUENCES:
        row = source.execute(text(f"SELECT last_value, is_called FROM {name}")).one()  # noqa: S608 - our own names
        found[name] = row.last_value if row.is_called else row.last_value - 1
    return found


def _set_numbers(target: Connection, numbers: Counts) -> None:
    for name, value in numbers.items():
        if target.dialect.name == "postgresql":
            if value > 0:
                target.execute(select(func.setval(name, value)))
        else:
            target.execute(update(counters).where(counters.c.name == name).values(value=value))
