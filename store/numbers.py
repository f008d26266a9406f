"""Numbers handed out ahead of the rows that bear them, so that a batch is written without asking back.

SQLite keeps a counter row, changed in the same transaction: no gaps. PostgreSQL has sequences, which nobody
waits for; a transaction that fails leaves a gap.
"""

from typing import Literal

from sqlalchemy import Connection, func, select, update
from sqlalchemy.sql import quoted_name

from store.schema import counters

Counter = Literal["ticket_numbers", "message_ids", "contact_ids"]


def allocate(connection: Connection, counter: Counter, count: int) -> list[int]:
    """`count` numbers nobody else gets, ascending."""
    if count == 0:
        return []
    if connection.dialect.name == "postgresql":
        series = func.generate_series(1, count).table_valued()
        return sorted(
            connection.execute(select(func.nextval(quoted_name(counter, quote=False))).select_from(series)).scalars()
        )
    advance = update(counters).where(counters.c.name == counter).values(value=counters.c.value + count)
    last: int = connection.execute(advance.returning(counters.c.value)).scalar_one()
    return list(range(last - count + 1, last + 1))
