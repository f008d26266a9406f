"""Letters to clients about incidents, in the outbox. Units of work over a connection."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, update

from domain.mailbox import without_tag
from domain.outgoing import SendState
from domain.ticket import Acknowledgement, Silence
from store.bulk import chunks
from store.filing import charge
from store.moments import to_micros
from store.rows import INSERT_OUTGOING, acknowledgement_row, silence_row
from store.schema import ack_budget, outbox
from store.schema_incidents import incidents

WITHDRAWN = "withdrawn"
Letter = tuple[int, str, Acknowledgement | Silence]
"""Ticket, key, letter."""
_IS_WITHDRAWN = (outbox.c.state == SendState.SILENT.value) & (outbox.c.reason == WITHDRAWN)


def keys_known(connection: Connection, keys: Collection[str]) -> set[str]:
    """Of letters that were sent, wait, or are not to be sent; not of those that were withdrawn."""
    query = select(outbox.c.idempotency_key).where(or_(outbox.c.reason.is_(None), ~_IS_WITHDRAWN))
    rows = (connection.execute(query.where(outbox.c.idempotency_key.in_(chunk))) for chunk in chunks(sorted(keys)))
    return {row[0] for found in rows for row in found}


def withdraw(connection: Connection, letter: str, tickets: Collection[int], period: str) -> None:
    """Letters of this kind about these tickets that nobody has begun to send; what they cost is given back."""
    waits = (outbox.c.state == SendState.PENDING.value) & (outbox.c.attempts == 0)
    for address in _turn(connection, letter, tickets, waits, state=SendState.SILENT.value, reason=WITHDRAWN):
        mine = ack_budget.c.scope == "address", ack_budget.c.key == without_tag(address), ack_budget.c.period == period
        given_back = update(ack_budget).where(*mine, ack_budget.c.spent > 0)
        connection.execute(given_back.values(spent=ack_budget.c.spent - 1))


def renew(connection: Connection, letter: str, tickets: Collection[int], due: datetime, period: str) -> None:
    """What was withdrawn of these tickets waits again."""
    values = {"state": SendState.PENDING.value, "reason": None, "not_before": due}
    addresses = _turn(connection, letter, tickets, _IS_WITHDRAWN, **values)
    charge(connection, [("address", without_tag(one)) for one in addresses], period)


def _turn(
    connection: Connection, letter: str, tickets: Collection[int], which: ColumnElement[bool], **values: object
) -> list[str]:
    """The addresses of the letters that were changed."""
    about = outbox.c.idempotency_key.startswith(f"{letter}:", autoescape=True)
    found: list[str] = []
    for part in chunks(sorted(tickets)):
        change = update(outbox).where(outbox.c.ticket.in_(part), about, which).values(**values)
        found += connection.execute(change.returning(outbox.c.recipient)).scalars()
    return found


def clients_of(connection: Connection, ticket: int, known: Collection[str]) -> set[str]:
    """Those of the known ones whom the incidents of a ticket name."""
    query = select(incidents.c.client).where(incidents.c.ticket == ticket, incidents.c.client.in_(sorted(known)))
    return set(connection.execute(query.distinct()).scalars())


def spent_on(connection: Connection, address: str, period: str) -> int:
    place = ack_budget.c.scope == "address", ack_budget.c.key == address, ack_budget.c.period == period
    return connection.execute(select(ack_budget.c.spent).where(*place)).scalar() or 0


def write(
    connection: Connection, letters: Sequence[Letter], now: datetime, period: str, *, due: Mapping[str, datetime]
) -> None:
    """What is not sent is kept with its reason, and under its key, too. `due`: key ─▶ not before then."""
    at = to_micros(now)
    rows = [
        acknowledgement_row(ticket, key, letter, at, due=to_micros(due.get(key, now)))
        if isinstance(letter, Acknowledgement)
        else silence_row(ticket, key, letter, at, key=key)
        for ticket, key, letter in letters
    ]
    INSERT_OUTGOING.run(connection, rows)
    sent = [letter for _, _, letter in letters if isinstance(letter, Acknowledgement)]
    charge(connection, [("address", without_tag(letter.to)) for letter in sent], period)
