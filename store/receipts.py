"""What became of our messages, as their providers tell. Units of work over a connection.

note               receipts of a batch: kept by the provider's id, and acted upon
failed_meanwhile   the provider's word was faster than our own note of the id

FAILED, another try may help ─▶ PENDING again      FAILED else ─▶ FAILED, a line in the history
DELIVERED or READ after a failure (another device took it) ─▶ SENT
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, Row, and_, delete, select, tuple_, update

from domain.afterwards import DeliveryReceipt, Progress
from domain.outgoing import SendState
from store.bulk import Bulk, Inserter, chunks, parameters
from store.codec import maybe_storable, storable
from store.moments import to_micros
from store.schema import history, outbox, receipts

WHO = "balcao"
MOST_TRIES = 5
"""How often a message is sent that providers take and then do not deliver."""
MOST_AT_ONCE = 50
"""How many messages, newest first, a receipt for everything until a moment may speak of."""
_COLUMNS = tuple(column.name for column in receipts.columns)
_BY_CHAT = and_(outbox.c.destination.is_(None), outbox.c.remote_id.is_not(None))
_HISTORY = Bulk.insert(history, "ticket", "at", "who", "what", "from", "to", "reason")

Key = tuple[str, str]
"""(channel, remote_id)"""


def _keep(insert: Inserter) -> Executable:
    new = insert(receipts).values(parameters(receipts, _COLUMNS))
    told = {name: new.excluded[name] for name in _COLUMNS[2:]}
    return new.on_conflict_do_update(index_elements=_COLUMNS[:2], set_=told, where=receipts.c.step < new.excluded.step)


_KEEP = Bulk(_keep, _COLUMNS)


def note(connection: Connection, told: Sequence[DeliveryReceipt], now: datetime) -> None:
    named = [one for receipt in told for one in _named(connection, receipt)]
    _KEEP.run(connection, [_row(key, receipt) for key, receipt in named])
    failed = {key for key, receipt in named if receipt.progress is Progress.FAILED}
    arrived = {key for key, receipt in named if receipt.progress > Progress.FAILED}
    _act(connection, sorted(failed), now)
    _undo(connection, sorted(arrived - failed))


def failed_meanwhile(connection: Connection, remote_ids: Sequence[str]) -> None:
    """Of messages that were just noted as sent."""
    for chunk in chunks(sorted(remote_ids)):
        query = select(receipts.c.channel, receipts.c.remote_id, receipts.c.at).where(
            receipts.c.remote_id.in_(chunk), receipts.c.step == Progress.FAILED
        )
        for row in connection.execute(query).all():
            _act(connection, [(row[0], row[1])], row[2])


def of_outgoing(connection: Connection, rows: Sequence[Row[Any]]) -> dict[Key, Row[Any]]:
    """Receipts of `rows` of the outbox."""
    wanted = sorted({(row.channel, row.remote_id) for row in rows if row.remote_id and row.destination is None})
    return {
        (row.channel, row.remote_id): row
        for chunk in chunks(wanted)
        for row in connection.execute(select(receipts).where(_among(receipts, chunk)))
    }


def _named(connection: Connection, receipt: DeliveryReceipt) -> Iterator[tuple[Key, DeliveryReceipt]]:
    if receipt.remote_id is not None:
        yield (receipt.channel, storable(receipt.remote_id)), receipt
        return
    sent = (
        select(outbox.c.remote_id)
        .where(_BY_CHAT, outbox.c.channel == receipt.channel, outbox.c.recipient == receipt.recipient)
        .where(outbox.c.finished_at <= receipt.at)
        .order_by(outbox.c.id.desc())
        .limit(MOST_AT_ONCE)
    )
    for remote_id in connection.execute(sent).scalars().all():
        yield (receipt.channel, remote_id), receipt


def _row(key: Key, receipt: DeliveryReceipt) -> tuple[Any, ...]:
    again = None if receipt.again is None else round(receipt.again.total_seconds() * 1_000_000)
    reason = storable(receipt.reason)
    return (*key, int(receipt.progress), to_micros(receipt.at), maybe_storable(receipt.code), reason, again)


def _act(connection: Connection, failed: Sequence[Key], now: datetime) -> None:
    columns = (outbox.c.id, outbox.c.ticket, outbox.c.recipient, outbox.c.attempts)
    query = select(*columns, receipts.c.code, receipts.c.reason, receipts.c.again).join(
        receipts, (receipts.c.channel == outbox.c.channel) & (receipts.c.remote_id == outbox.c.remote_id)
    )
    still = (outbox.c.state == SendState.SENT.value) & (receipts.c.step == Progress.FAILED)
    for chunk in chunks(failed):
        for row in connection.execute(query.where(_BY_CHAT, still, _among(outbox, chunk))).all():
            _act_on(connection, row, now)


def forget(connection: Connection, sent: Iterable[Any]) -> None:
    """What was told of these rows of the outbox."""
    for row in sent:
        if row.remote_id:
            place = receipts.c.channel == row.channel, receipts.c.remote_id == row.remote_id
            connection.execute(delete(receipts).where(*place))


def _act_on(connection: Connection, row: Any, now: datetime) -> None:
    reason = " ".join(filter(None, (row.code, row.reason)))
    mine = update(outbox).where(outbox.c.id == row.id)
    if row.again is not None and row.attempts < MOST_TRIES:
        again = {"state": SendState.PENDING.value, "not_before": now + timedelta(microseconds=row.again)}
        connection.execute(mine.values(reason=reason, remote_id=None, finished_at=None, **again))
        return
    connection.execute(mine.values(state=SendState.FAILED.value, reason=reason, finished_at=now))
    _HISTORY.run(connection, [(row.ticket, to_micros(now), WHO, "bounced", None, row.recipient, reason)])


def _undo(connection: Connection, arrived: Sequence[Key]) -> None:
    for chunk in chunks(arrived):
        failed = outbox.c.state == SendState.FAILED.value
        connection.execute(
            update(outbox)
            .where(_BY_CHAT, failed, _among(outbox, chunk))
            .values(state=SendState.SENT.value, reason=None)
        )


def _among(table: Any, keys: Sequence[Key]) -> Any:
    return tuple_(table.c.channel, table.c.remote_id).in_(keys)
