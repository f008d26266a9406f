"""What was told of calls goes, all of it at once; their messages stay. Units of work over a connection."""

from collections import defaultdict
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, select

from store.bulk import chunks
from store.schema_calls import call_events, call_ids, calls

STEP = 500


def forget(connection: Connection, before: datetime, step: int = STEP) -> int:
    """At most `step` calls of which nothing was told since `before`. Returns how many."""
    query = select(calls.c.channel, calls.c.root).where(calls.c.touched_at < before, calls.c.due_at.is_(None))
    return _remove(connection, query.order_by(calls.c.touched_at).limit(step))


def remove(connection: Connection, which: ColumnElement[bool]) -> int:
    """Returns how many."""
    return _remove(connection, select(calls.c.channel, calls.c.root).where(which))


def _remove(connection: Connection, query: Select[Any, Any]) -> int:
    gone = connection.execute(query).all()
    by_channel: dict[str, list[str]] = defaultdict(list)
    for channel, root in gone:
        by_channel[channel].append(root)
    for channel, roots in by_channel.items():
        for table, chunk in product((call_events, call_ids, calls), chunks(roots)):
            connection.execute(delete(table).where(table.c.channel == channel, table.c.root.in_(chunk)))
    return len(gone)
