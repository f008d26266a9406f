"""Which rules decided what, and what people made of it. Units of work over a connection; all run read-only.

Tickets that were decided alike are counted by the database, so that what is carried out of it grows with the rules
and not with the tickets.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.past import CORRECTABLE
from store.codec import deciders_from_json
from store.schema import history, tickets

Decider = tuple[str, str]
"""What was decided (a field, or `tags`) and the rule that did."""


@dataclass(slots=True, kw_only=True)
class Statistics:
    """`corrected`: by decider and by where people moved the ticket."""

    tickets: int = 0
    hits: Counter[Decider] = field(default_factory=Counter)
    corrected: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def statistics(connection: Connection, since: datetime | None = None) -> Statistics:
    """Of the tickets opened since then."""
    found = Statistics()
    alike = select(tickets.c.decided, func.count()).group_by(tickets.c.decided)
    if since is not None:
        alike = alike.where(tickets.c.opened_at >= since)
    for decided, count in connection.execute(alike):
        found.tickets += count
        for decider in deciders_from_json(decided):
            found.hits[decider] += count
    found.corrected = _corrected(connection, since)
    return found


def _corrected(connection: Connection, since: datetime | None) -> Counter[tuple[str, str, str]]:
    """Moved away and back again is no correction; of several moves the last one counts."""
    moves = (
        select(history.c.ticket, history.c.what, history.c["from"], history.c.to, tickets.c.decided)
        .join(tickets, tickets.c.number == history.c.ticket)
        .where(history.c.what.in_(CORRECTABLE))
        .order_by(history.c.id)
    )
    if since is not None:
        moves = moves.where(tickets.c.opened_at >= since)
    first: dict[tuple[int, str], tuple[str, str]] = {}
    last: dict[tuple[int, str], str] = {}
    for ticket, what, left, right, decided in connection.execute(moves):
        first.setdefault((ticket, what), (left, decided))
        last[ticket, what] = right
    corrected: Counter[tuple[str, str, str]] = Counter()
    for (ticket, what), (before, decided) in first.items():
        if last[ticket, what] != before:
            rules = [rule for name, rule in deciders_from_json(decided) if name == what]
            corrected.update((what, rule, last[ticket, what]) for rule in rules)
    return corrected
