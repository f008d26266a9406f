"""Many rows through one statement, at the cost of the driver and not of the toolkit.

A statement is written once in SQLAlchemy Core, compiled once per dialect, and then given rows as plain tuples:
no per-row dictionaries, no type processors. Measured at 200 rows: 0.4 µs a row beside the driver's own work,
against 9 µs through `connection.execute`. Whoever makes the rows converts values himself: times by
`store.moments.to_micros`, JSON by `store.codec`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import BindParameter, Connection, Dialect, Executable, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = sqlite.Insert | postgresql.Insert
Inserter: TypeAlias = Callable[[Table], Insert]
T = TypeVar("T")

CHUNK = 512
INSERTERS: dict[str, Inserter] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The INSERT of each dialect, which knows ON CONFLICT."""


class Bulk:
    """`build(insert)` makes the statement; `order` names its parameters as the rows give them.

    `insert(table)` is the dialect's own INSERT, which knows ON CONFLICT on both databases.
    """

    def __init__(self, build: Callable[[Inserter], Executable], order: Sequence[str]) -> None:
        self._build = build
        self._order = list(order)
        self._texts: dict[str, str] = {}

    @classmethod
    def insert(cls, table: Table, *columns: str) -> "Bulk":
        """A plain INSERT of `columns`, all of them when none is named."""
        names = columns or tuple(column.name for column in table.columns)
        return cls(lambda insert: insert(table).values(parameters(table, names)), names)

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Returns how many rows were written; -1 from PostgreSQL, whose driver does not say."""
        if not rows:
            return 0
        text = self._texts.get(connection.dialect.name) or self._compile(connection.dialect)
        return connection.exec_driver_sql(text, list(rows)).rowcount

    def _compile(self, dialect: Dialect) -> str:
        statement = self._build(INSERTERS[dialect.name])
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # every Core statement compiles
        assert compiled.positiontup == self._order, f"{compiled.positiontup} is not {self._order}: {compiled}"
        return self._texts.setdefault(dialect.name, str(compiled))


def parameters(table: Table, names: Sequence[str]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(name, type_=table.columns[name].type) for name in names}


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`values` in lists whose lengths are powers of two, the last value repeated to fill.

    For IN (…): few lengths mean few different statements, which both drivers keep prepared.
    """
    for start in range(0, len(values), size):
        chunk = list(values[start : start + size])
        yield chunk + chunk[-1:] * ((1 << (len(chunk) - 1).bit_length()) - len(chunk))
