"""What was said on tickets lately, for judging it together. A unit of work over a connection."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, select

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
_QUERY: Select[Any] = select(*(messages.c[name] for name in _SHOWN))


def said_since(connection: Connection, tickets: Collection[int], since: datetime) -> dict[int, list[Said]]:
    """By ticket; notes among colleagues are left out."""
    query = _QUERY.where(messages.c.occurred_at >= since, messages.c.direction != "note")
    return _by_ticket(connection, query, messages.c.ticket, sorted(tickets))


def said_as(connection: Connection, identities: Collection[str]) -> dict[int, list[Said]]:
    """These messages, by ticket."""
    return _by_ticket(connection, _QUERY, messages.c.identity, sorted(identities))


def _by_ticket(
    connection: Connection, query: Select[Any], column: Column[Any], values: list[Any]
) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    for part in chunks(values):
        for row in connection.execute(query.where(column.in_(part))):
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
