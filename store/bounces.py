"""Messages of ours that came back, and addresses that fail. Units of work over a connection.

sent_messages   what a delivery report may speak of
record          outbox row FAILED, address failing, a line in the ticket's history
works_again     somebody wrote from a failing address: it is given another chance
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, delete, select, update

from domain.delivery import Failure, SentMessage
from domain.outgoing import SendState
from store.bulk import INSERTERS, Bulk, chunks
from store.codec import maybe_storable, storable
from store.moments import to_micros
from store.schema import failing_addresses, history, outbox

WHO = "balcao"
_HISTORY = Bulk.insert(history, "ticket", "at", "who", "what", "from", "to", "reason")
_ON_ITS_WAY = (SendState.SENDING.value, SendState.SENT.value)


def sent_messages(connection: Connection, message_ids: Iterable[str], numbers: Iterable[int]) -> list[SentMessage]:
    """What was handed to a relay under one of these Message-IDs or as one of these messages."""
    columns = (outbox.c.id, outbox.c.ticket, outbox.c.message, outbox.c.message_id, outbox.c.recipient)
    query = select(*columns).where(outbox.c.attempts > 0, outbox.c.recipient.is_not(None))
    wanted: list[tuple[Column[Any], list[Any]]] = [
        (outbox.c.message_id, [message_id for message_id in message_ids if storable(message_id) is message_id]),
        (outbox.c.message, list(numbers)),
    ]
    rows = {row.id: row for column, values in wanted for chunk in chunks(values)
            for row in connection.execute(query.where(column.in_(chunk)))}  # fmt: skip
    return [
        SentMessage(outbox_id=row.id, ticket=row.ticket, number=row.message, message_id=row.message_id,
                    recipient=row.recipient)
        for row in rows.values()
    ]  # fmt: skip


def record(connection: Connection, failures: Sequence[Failure], now: datetime) -> None:
    """The same failure told twice is one."""
    for failure in failures:
        reason = storable(failure.reason)
        row = (outbox.c.id == failure.outbox_id) & outbox.c.state.in_(_ON_ITS_WAY)
        new = {"state": SendState.FAILED.value, "reason": reason, "finished_at": now}
        if connection.execute(update(outbox).where(row).values(new)).rowcount:
            event = (failure.ticket, to_micros(now), WHO, "bounced", None, storable(failure.address), reason)
            _HISTORY.run(connection, [event])
        _mark(connection, failure, reason, now)


def _mark(connection: Connection, failure: Failure, reason: str, now: datetime) -> None:
    table = failing_addresses
    new = INSERTERS[connection.dialect.name](table).values(
        address=storable(failure.address), since=now, last=now, times=1, status=maybe_storable(failure.status),
        reason=reason,
    )  # fmt: skip
    again = {"last": now, "times": table.c.times + 1, "status": new.excluded.status, "reason": new.excluded.reason}
    connection.execute(new.on_conflict_do_update(index_elements=["address"], set_=again))


def works_again(connection: Connection, addresses: Iterable[str]) -> None:
    for chunk in chunks(sorted(addresses)):
        connection.execute(delete(failing_addresses).where(failing_addresses.c.address.in_(chunk)))


def failing(connection: Connection, addresses: Iterable[str]) -> dict[str, Any]:
    """Rows of `addresses` that fail, by address."""
    found = {}
    for chunk in chunks(sorted(addresses)):
        for row in connection.execute(select(failing_addresses).where(failing_addresses.c.address.in_(chunk))):
            found[row.address] = row
    return found
