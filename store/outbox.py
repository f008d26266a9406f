"""The outbox: what is to be sent, what is being sent, what became of it. Units of work over a connection.

`claim` commits SENDING before anything is sent, so that a crash leaves a trace: what was to be sent at most
once is then not repeated, and an agent's words are (see `domain.outgoing`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from sqlalchemy import BigInteger, Connection, Text, Update, exists, func, literal_column, or_, select, update
from sqlalchemy.types import TypeEngine

from domain.outgoing import WORDS_ALONE, Delivery, OutgoingFile, OutgoingMessage, SendState
from store import nodes
from store.at_once import AtOnce, given
from store.moments import to_micros
from store.receipts import failed_meanwhile
from store.schema import attachments, messages, outbox

LOOK_AHEAD = 5
"""How many times what there is room for is looked at, to find other destinations behind a crowded one."""
_before = outbox.alias("before")
_EARLIER = exists().where(
    _before.c.message == outbox.c.message,
    _before.c.part < outbox.c.part,
    _before.c.state.in_([SendState.PENDING.value, SendState.SENDING.value]),
)
INTERRUPTED = "interrupted while sending; not repeated"


def claim(
    connection: Connection,
    limit: int,
    now: datetime,
    *,
    busy: Mapping[str, int],
    per_destination: int,
    room: Mapping[str, int] = MappingProxyType({}),
    holder: str = nodes.ALONE,
) -> list[OutgoingMessage]:
    """Take what is due for `holder`, oldest first; its attempt is counted.

    `busy` counts the messages under way by destination: none gets more than `per_destination`, and what is passed
    over because of that holds up nobody else. `room` is how many may be taken of the channels that it names.
    Parts of a reply go one after another: a file waits while what comes before it is still to be sent.
    """
    full = [destination for destination, count in busy.items() if count >= per_destination]
    due = (
        select(outbox)
        .where(outbox.c.state == SendState.PENDING.value, outbox.c.not_before <= now)
        .order_by(outbox.c.not_before, outbox.c.id)
        .limit(limit * LOOK_AHEAD)
        .with_for_update(skip_locked=True)
    )
    due = due.where(or_(outbox.c.part.is_(None), outbox.c.part == WORDS_ALONE, ~_EARLIER))
    if full:
        due = due.where(or_(outbox.c.destination.is_(None), outbox.c.destination.not_in(full)))
    if closed := [channel for channel, left in room.items() if not left]:
        due = due.where(outbox.c.channel.not_in(closed))
    rows = _shared_out(connection.execute(due).mappings(), limit, Counter(busy), per_destination, dict(room))
    if rows:
        connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([row["id"] for row in rows]))
            .values(state=SendState.SENDING.value, attempts=outbox.c.attempts + 1, reason=None, claimed_by=holder)
        )
        nodes.DESK.beat(connection, holder)
    files = _files(connection, [row["message"] for row in rows if row["message"] is not None])
    heard = _heard(connection, sorted({row["ticket"] for row in rows if row["destination"] is None}))
    return [_message(row, files.get(row["message"], ()), heard.get(row["ticket"])) for row in rows]


def _heard(connection: Connection, tickets: Sequence[int]) -> dict[int, datetime]:
    """When the customers of these tickets last wrote; not asked for mail, which may be written at any time."""
    if not tickets:
        return {}
    last = func.max(messages.c.occurred_at)
    query = select(messages.c.ticket, last).where(messages.c.ticket.in_(tickets), messages.c.direction == "in")
    return {row[0]: row[1] for row in connection.execute(query.group_by(messages.c.ticket))}


def _shared_out(
    due: Iterable[Any], limit: int, under_way: Counter[str], per_destination: int, room: dict[str, int]
) -> list[Any]:
    taken: list[Any] = []
    for row in due:
        destination, channel = row["destination"], row["channel"]
        if len(taken) == limit:
            break
        if room.get(channel, limit) < 1:
            continue
        if destination is not None:
            if under_way[destination] >= per_destination:
                continue
            under_way[destination] += 1
        if channel in room:
            room[channel] -= 1
        taken.append(row)
    return taken


def _files(connection: Connection, messages: Sequence[int]) -> dict[int, tuple[OutgoingFile, ...]]:
    if not messages:
        return {}
    query = select(attachments).where(attachments.c.message.in_(messages)).order_by(attachments.c.position)
    found: dict[int, tuple[OutgoingFile, ...]] = {}
    for row in connection.execute(query):
        file = OutgoingFile(name=row.name, content_type=row.content_type, sha256=row.sha256)
        found[row.message] = (*found.get(row.message, ()), file)
    return found


def _message(row: Any, files: tuple[OutgoingFile, ...], heard_at: datetime | None) -> OutgoingMessage:
    return OutgoingMessage(
        outbox_id=row["id"],
        channel=row["channel"],
        ticket=row["ticket"],
        to=row["recipient"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        language=row["language"],
        automatic=row["automatic"],
        idempotency_key=row["idempotency_key"],
        message_id=row["message_id"],
        in_reply_to=row["in_reply_to"],
        references=tuple(orjson.loads(row["references"])),
        sender=row["sender"],
        reply_to=row["reply_to"],
        attempts=row["attempts"] + 1,
        created_at=row["created_at"],
        envelope_sender=row["envelope_sender"],
        destination=row["destination"],
        files=_in_part(files, row["part"]),
        refused=row["reason"],
        heard_at=heard_at,
    )


def _in_part(files: tuple[OutgoingFile, ...], part: int | None) -> tuple[OutgoingFile, ...]:
    if part is None:
        return files
    return () if part == WORDS_ALONE else files[part - 1 : part]


class Ending(NamedTuple):
    """What came of a message that was being sent, in the order of `_ENDED`; times as in `store.moments`."""

    outbox_id: int
    state: str
    reason: str | None = None
    remote_id: str | None = None
    not_before: int | None = None
    finished_at: int | None = None
    uncounted: int = 0


def sent(outbox_id: int, remote_id: str, now: datetime) -> Ending:
    return Ending(outbox_id, SendState.SENT.value, remote_id=remote_id, finished_at=to_micros(now))


def deferred(outbox_id: int, reason: str, not_before: datetime) -> Ending:
    """It was certainly not delivered; it is tried again, not before `not_before`."""
    return Ending(outbox_id, SendState.PENDING.value, reason, not_before=to_micros(not_before))


def kept(outbox_id: int, reason: str) -> Ending:
    """Nobody was there to be given it: it waits as it did before, and this was no attempt."""
    return Ending(outbox_id, SendState.PENDING.value, reason, uncounted=1)


def failed(outbox_id: int, reason: str, now: datetime) -> Ending:
    return Ending(outbox_id, SendState.FAILED.value, reason, finished_at=to_micros(now))


_ENDED: dict[str, TypeEngine[Any]] = {
    "outbox_id": BigInteger(),
    "state": Text(),
    "reason": Text(),
    "remote_id": Text(),
    "not_before": BigInteger(),
    "finished_at": BigInteger(),
    "uncounted": BigInteger(),
    "holder": Text(),
}


def _finish(_: object, numbers: range) -> Update:
    ending = given(_ENDED, numbers).c
    made: dict[str, Any] = {name: ending[name] for name in ("state", "reason", "remote_id", "finished_at")}
    return (
        update(outbox)
        .where(
            outbox.c.id == ending.outbox_id,
            outbox.c.state == literal_column("'sending'"),
            func.coalesce(outbox.c.claimed_by, ending.holder) == ending.holder,
        )
        .values(
            not_before=func.coalesce(ending.not_before, outbox.c.not_before),
            attempts=outbox.c.attempts - ending.uncounted,
            claimed_by=literal_column("NULL"),
            **made,
        )
    )


_FINISH = AtOnce(_finish, each=tuple(_ENDED))


def finish(connection: Connection, endings: Sequence[Ending], holder: str = nodes.ALONE) -> None:
    """Only what `holder` is SENDING can be finished: a late answer does not undo a decision made meanwhile."""
    _FINISH.run(connection, [(*ending, holder) for ending in endings])
    failed_meanwhile(connection, [ending.remote_id for ending in endings if ending.remote_id])


def recover(connection: Connection, now: datetime, holder: str | None = None) -> int:
    """Decide about what `holder` (None: whoever it was), who is dead, left in SENDING. Returns how many that were."""
    fates: dict[Delivery, dict[str, Any]] = {
        Delivery.AT_MOST_ONCE: {"state": SendState.FAILED.value, "reason": INTERRUPTED, "finished_at": now},
        Delivery.AT_LEAST_ONCE: {"state": SendState.PENDING.value, "not_before": now},
    }
    recovered = 0
    for delivery, fate in fates.items():
        left = (outbox.c.state == SendState.SENDING.value, outbox.c.delivery == delivery.value)
        theirs = nodes.held_by(outbox.c.claimed_by, holder)
        free = fate | {"claimed_by": None}
        recovered += connection.execute(update(outbox).where(*left, theirs).values(free)).rowcount
    due_again(connection, now)
    return recovered


def due_again(connection: Connection, now: datetime) -> int:
    """What waits and was written in the future was written before the clock was set back: it is due now."""
    waits = (outbox.c.state == SendState.PENDING.value, outbox.c.not_before > now)
    from_the_future = update(outbox).where(*waits, outbox.c.created_at > now)
    return connection.execute(from_the_future.values(not_before=now)).rowcount


def answered(connection: Connection, outbox_id: int) -> str | None:
    """The journal's entry that a message of ours answers; None when it answers none, or the entry is forgotten."""
    query = select(messages.c.raw_id).join_from(outbox, messages, outbox.c.answers == messages.c.identity)
    found: str | None = connection.execute(query.where(outbox.c.id == outbox_id).limit(1)).scalar()
    return found


def oldest_pending(connection: Connection) -> datetime | None:
    """Since when the oldest message waits to be sent."""
    query = select(func.min(outbox.c.created_at)).where(outbox.c.state == SendState.PENDING.value)
    found: datetime | None = connection.execute(query).scalar()
    return found


def counts(connection: Connection, *, over: bool = True) -> dict[SendState, int]:
    """Every state, also those that no message is in; SENT and SILENT, which only grow, only with `over`."""
    states = [state for state in SendState if over or state not in {SendState.SENT, SendState.SILENT}]
    query = select(outbox.c.state, func.count()).where(outbox.c.state.in_(states)).group_by(outbox.c.state)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    return {state: found.get(state.value, 0) for state in states}
