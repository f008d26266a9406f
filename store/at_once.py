"""Many rows in one statement: the hot path of the journal.

sqlite3 gives the interpreter lock away at every step of a statement and must win it back from a busy event loop,
up to `sys.getswitchinterval()` each time. `executemany` steps once per row; `INSERT … VALUES (…), (…)` steps once.
And it goes to the driver: SQLAlchemy compiles the statement, once per dialect and number of rows, but executing
through it costs 75 µs against 10 µs. On PostgreSQL, where the network is the cost, SQLAlchemy executes.

Rows are plain tuples as the driver wants them: times by `store.moments.to_micros`, JSON by `store.codec`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import CTE, Connection, Executable, bindparam, column, values
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from store.bulk import INSERTERS, Inserter
from store.sqlite import driver_of

Row: TypeAlias = tuple[Any, ...]
T = TypeVar("T")

WIDTHS = (32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
"""Rows in one statement of `run`. Each is a statement of its own, compiled (0.5 to 5 ms) and kept prepared."""


class Cursor(Protocol):
    """What both drivers' cursors know after a statement."""

    @property
    def rowcount(self) -> int: ...

    def fetchall(self) -> Sequence[Any]: ...


class AtOnce:
    """`build(insert, numbers)` makes the statement for as many rows as there are `numbers`.

    Its parameters are `fixed`, as they are, then those named in `each` followed by the row's number; row by row.
    `insert(table)` is the dialect's own INSERT, which knows ON CONFLICT on both databases.
    """

    def __init__(
        self, build: Callable[[Inserter, range], Executable], each: Sequence[str] = (), fixed: Sequence[str] = ()
    ) -> None:
        self._build = build
        self._each = each
        self._fixed = list(fixed)
        self._texts: dict[tuple[str, int], str] = {}

    def prepare(self, connection: Connection) -> None:
        """Compile what `run` may need, so that no message waits for it: 15 to 30 ms."""
        for width in WIDTHS:
            self.text(connection, width)

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """All `rows`, by as many statements as it takes. Returns how many were written."""
        return sum(self._execute(connection, part, (), _written) for part in _parts(rows))

    def change(self, connection: Connection, rows: Sequence[Row], *fixed: Any) -> int:
        """One statement. Returns how many rows it changed."""
        return self._execute(connection, rows, fixed, _written)

    def fetch(self, connection: Connection, rows: Sequence[Row], *fixed: Any) -> Sequence[Any]:
        """One statement. Returns all that it found."""
        return self._execute(connection, rows, fixed, _found)

    def _execute(self, connection: Connection, rows: Sequence[Row], fixed: Row, finish: Callable[[Cursor], T]) -> T:
        text = self.text(connection, len(rows))
        values = (*fixed, *chain.from_iterable(rows))
        if connection.dialect.name != "sqlite":
            return finish(connection.exec_driver_sql(text, values))
        try:
            return finish(driver_of(connection).execute(text, values))
        except sqlite3.Error as error:
            raise DBAPIError.instance(text, None, error, sqlite3.Error) from error

    def text(self, connection: Connection, rows: int) -> str:
        return self._texts.get((connection.dialect.name, rows)) or self._compile(connection, rows)

    def _compile(self, connection: Connection, rows: int) -> str:
        dialect = connection.dialect
        statement = self._build(INSERTERS[dialect.name], range(rows))
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # every Core statement compiles
        expected = self._fixed + [f"{name}{number}" for number in range(rows) for name in self._each]
        assert compiled.positiontup == expected, f"{compiled.positiontup} is not {expected}: {compiled}"
        return self._texts.setdefault((dialect.name, rows), str(compiled))


def given(kinds: Mapping[str, TypeEngine[Any]], numbers: range) -> CTE:
    """The rows of a statement as a table to join with: `each` of them gives the columns `kinds` names, in order."""
    rows: list[Any] = [tuple(bindparam(f"{name}{n}", type_=kind) for name, kind in kinds.items()) for n in numbers]
    return values(*(column(name, kind) for name, kind in kinds.items()), name="given").data(rows).cte("given")


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    start = 0
    while start < len(rows):
        width = next(width for width in WIDTHS if width <= len(rows) - start)
        yield rows[start : start + width]
        start += width


def _written(cursor: Cursor) -> int:
    return cursor.rowcount


def _found(cursor: Cursor) -> Sequence[Any]:
    return cursor.fetchall()
