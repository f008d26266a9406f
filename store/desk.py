"""The ticket store's writing side: what the pipeline and people change. Units of work over a connection.

surroundings(connection, lookup)           what a batch must know
allocate_numbers(connection, count)        numbers for the tickets it opens
file(connection, filings, now, period)     everything it writes
move(connection, number, …)                a person's correction
"""

from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.ticket import Priority
from store.filing import file
from store.moments import to_micros
from store.numbers import allocate
from store.rows import INSERT_HISTORY
from store.schema import tickets
from store.surroundings import surroundings

__all__ = ["allocate_numbers", "file", "move", "surroundings"]


def allocate_numbers(connection: Connection, count: int) -> list[int]:
    """Ticket numbers, ascending from 1. Without gaps on SQLite; PostgreSQL leaves one where a batch failed."""
    return allocate(connection, "ticket_numbers", count)


def move(  # noqa: PLR0917 - read as a sentence: this ticket, to there, that urgent, says who, when
    connection: Connection, number: int, department: str | None, priority: str | None, who: str, now: datetime
) -> bool:
    """Correct department or priority; every change goes into the history. False when there is no such ticket.

    None leaves as it is. Raises ValueError for what is no priority; departments are the rule file's to know.
    """
    query = select(tickets.c.department, tickets.c.priority).where(tickets.c.number == number).with_for_update()
    found = connection.execute(query).mappings().one_or_none()
    if found is None:
        return False
    wanted = {"department": department, "priority": Priority(priority).value if priority else None}
    changes = {name: value for name, value in wanted.items() if value is not None and value != found[name]}
    if changes:
        connection.execute(update(tickets).where(tickets.c.number == number).values(changes))
    at = to_micros(now)
    rows = [(number, at, who, name, found[name], value, None) for name, value in changes.items()]
    INSERT_HISTORY.run(connection, rows)
    return True
