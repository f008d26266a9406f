"""The operations of the private site over journal and ticket store."""

from collections.abc import Sequence
from typing import Any

from domain.raw import Fate
from store import queries
from store.engines import Database
from store.journal import WholeJournal
from web.operations import Operations


def operations_of(store: Database, journal: WholeJournal) -> Operations:
    async def tickets(
        department: str | None, priority: str | None, state: str | None, limit: int
    ) -> Sequence[dict[str, Any]]:
        return await store.read(
            lambda connection: queries.list_tickets(
                connection, department=department, priority=priority, state=state, limit=limit
            )
        )

    async def ticket(number: int) -> dict[str, Any] | None:
        return await store.read(lambda connection: queries.ticket(connection, number))

    async def entries(fate: str | None, limit: int) -> Sequence[dict[str, Any]]:
        found = await journal.list(Fate(fate) if fate else None, limit)
        return [
            {
                "id": entry.raw_id,
                "channel": entry.raw.channel,
                "fate": entry.fate.value,
                "attempts": entry.attempts,
                "reason": entry.reason,
                "received_at": entry.raw.received_at.isoformat().replace("+00:00", "Z"),
            }
            for entry in found
        ]

    async def retry(raw_id: str) -> bool:
        return bool(await journal.replay([raw_id]))

    return Operations(tickets=tickets, ticket=ticket, entries=entries, retry=retry)
