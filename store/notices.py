"""Letters to clients about incidents, in the outbox. Units of work over a connection."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from domain.mailbox import without_tag
from domain.ticket import Acknowledgement, Silence
from store.bulk import chunks
from store.filing import charge
from store.moments import to_micros
from store.rows import INSERT_OUTGOING, acknowledgement_row, silence_row
from store.schema import ack_budget, outbox
from store.schema_incidents import incidents


def keys_known(connection: Connection, keys: Collection[str]) -> set[str]:
    query = select(outbox.c.idempotency_key)
    rows = (connection.execute(query.where(outbox.c.idempotency_key.in_(chunk))) for chunk in chunks(sorted(keys)))
    return {row[0] for found in rows for row in found}


def clients_of(connection: Connection, ticket: int, known: Collection[str]) -> set[str]:
    """Those of the known ones whom the incidents of a ticket name."""
    query = select(incidents.c.client).where(incidents.c.ticket == ticket, incidents.c.client.in_(sorted(known)))
    return set(connection.execute(query.distinct()).scalars())


def spent_on(connection: Connection, address: str, period: str) -> int:
    place = ack_budget.c.scope == "address", ack_budget.c.key == address, ack_budget.c.period == period
    return connection.execute(select(ack_budget.c.spent).where(*place)).scalar() or 0


def write(
    connection: Connection, letters: Sequence[tuple[int, str, Acknowledgement | Silence]], now: datetime, period: str
) -> None:
    """(ticket, key, letter); what is not sent is kept with its reason, and under its key, too."""
    at = to_micros(now)
    rows = [
        acknowledgement_row(ticket, key, letter, at)
        if isinstance(letter, Acknowledgement)
        else silence_row(ticket, key, letter, at, key=key)
        for ticket, key, letter in letters
    ]
    INSERT_OUTGOING.run(connection, rows)
    sent = [letter for _, _, letter in letters if isinstance(letter, Acknowledgement)]
    charge(connection, [("address", without_tag(letter.to)) for letter in sent], period)
