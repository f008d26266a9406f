"""What was said on tickets lately, for judging it together. A unit of work over a connection."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from domain.filed import Said
from domain.interaction import Automated
from domain.ticket import Road
from store.bulk import chunks
from store.codec import facts_from_json, verdict_from_json
from store.schema import messages

_SHOWN = (
    "id",
    "ticket",
    "identity",
    "sender",
    "direction",
    "automated",
    "road",
    "occurred_at",
    "text",
    "facts",
    "verdict",
)


def said_since(connection: Connection, tickets: Collection[int], since: datetime) -> dict[int, list[Said]]:
    """By ticket; notes among colleagues are left out."""
    query = select(*(messages.c[name] for name in _SHOWN))
    query = query.where(messages.c.occurred_at >= since, messages.c.direction != "note")
    found: dict[int, list[Said]] = defaultdict(list)
    for part in chunks(sorted(tickets)):
        for row in connection.execute(query.where(messages.c.ticket.in_(part))):
            found[row.ticket].append(_said(row))
    return found


def _said(row: Row[Any]) -> Said:
    held = row.road == Road.HELD.value or row.automated != Automated.NONE.value
    by_customer = row.direction == "in" and not held and bool(row.facts) and bool(row.verdict)
    return Said(
        message=row.id,
        identity=row.identity,
        sender=row.sender,
        at=row.occurred_at,
        facts=facts_from_json(row.facts, text=row.text) if by_customer else None,
        verdict=verdict_from_json(row.verdict) if by_customer else None,
    )
