"""Files that lie elsewhere: what is to be fetched, what became of it. Units of work over a connection.

`claim` commits FETCHING and counts the attempt before anything is fetched. A file that was fetched becomes an
attachment of its message in the transaction that says so, and the history tells when.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from domain.interaction import Attachment, Interaction
from domain.remote import FetchOrder, FileState, RemoteFile
from store import nodes
from store.bell import DESK, ring_with
from store.bulk import Bulk
from store.codec import maybe_storable, storable
from store.moments import to_micros
from store.naming import name_contents
from store.rows import Row, attachment_row
from store.schema import attachments, history, messages
from store.schema_files import remote_files

WHO = "balcao"
_COLUMNS = (
    "message", "position", "ticket", "channel", "reference", "name", "original_name", "content_type", "size", "inline",
    "state", "reason", "attempts", "not_before", "created_at", "finished_at",
)  # fmt: skip
INSERT_REMOTE_FILE = Bulk.insert(remote_files, *_COLUMNS)
_FREE: dict[str, Any] = {"state": FileState.WAITING.value, "claimed_by": None}
_INSERT_HISTORY = Bulk.insert(history, "ticket", "at", "who", "what", "from", "to", "reason")


def remote_file_rows(interaction: Interaction, message: int, ticket: int, at: int) -> list[Row]:
    """They follow the attachments that came with the message itself."""
    first = len(interaction.attachments)
    return [
        (message, first + number, ticket, interaction.channel, storable(file.reference), storable(file.name),
         maybe_storable(file.original_name), storable(file.content_type), file.size, file.inline,
         FileState.WAITING.value, None, 0, at, at, None)
        for number, file in enumerate(interaction.remote_files)
    ]  # fmt: skip


def add(connection: Connection, interaction: Interaction, message: int, ticket: int, at: int) -> bool:
    """Files that a message tells of only now, behind all it has. Those that are known of it are left alone.

    False: all of them were.
    """
    table = remote_files
    known = connection.execute(select(table.c.reference, table.c.position).where(table.c.message == message)).all()
    attached = connection.execute(
        select(func.max(attachments.c.position)).where(attachments.c.message == message)
    ).scalar_one_or_none()
    references = {row.reference for row in known}
    last = max([-1 if attached is None else attached, *(row.position for row in known)])
    rows = remote_file_rows(interaction, message, ticket, at)
    fresh = [row for row in rows if row[4] not in references]
    INSERT_REMOTE_FILE.run(connection, [(row[0], last + number, *row[2:]) for number, row in enumerate(fresh, start=1)])
    return bool(fresh)


def add_to_album(connection: Connection, identity: str, more: Interaction, now: datetime) -> None:
    """More pictures (and words) of a message that is filed already. What it has is not added again."""
    message = connection.execute(
        select(messages.c.id, messages.c.ticket, messages.c.text, messages.c.text_full)
        .where(messages.c.identity == storable(identity))
        .with_for_update()
    ).one()
    fresh = add(connection, more, message.id, message.ticket, to_micros(now))
    words = storable(more.text).strip()
    if fresh and words:
        values = {"text": f"{message.text}\n{words}".strip()}
        if message.text_full is not None:
            values["text_full"] = f"{message.text_full}\n{words}".strip()
        connection.execute(update(messages).where(messages.c.id == message.id).values(values))


def claim(connection: Connection, limit: int, now: datetime, holder: str = nodes.ALONE) -> list[FetchOrder]:
    """Take what is due for `holder`, oldest first; its attempt is counted."""
    due = (
        select(remote_files)
        .where(remote_files.c.state == FileState.WAITING.value, remote_files.c.not_before <= now)
        .order_by(remote_files.c.not_before, remote_files.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(due).all()
    if rows:
        taken = remote_files.c.id.in_([row.id for row in rows])
        values = {"state": FileState.FETCHING.value, "attempts": remote_files.c.attempts + 1, "claimed_by": holder}
        connection.execute(update(remote_files).where(taken).values(values))
        nodes.DESK.beat(connection, holder)
    return [_order(row) for row in rows]


def attach(connection: Connection, order: FetchOrder, file: Attachment, now: datetime) -> bool:
    """`file` is stored: its message has it from now on. False when somebody else was faster."""
    if not _leave(connection, order, FileState.FETCHED, None, now):
        return False
    name_contents(connection, [attachment_row(file, order.message, order.position)])
    _tell(connection, order, "attached", None, now)
    return True


def postpone(connection: Connection, order: FetchOrder, reason: str, not_before: datetime) -> None:
    values = _FREE | {"reason": storable(reason), "not_before": not_before}
    connection.execute(update(remote_files).where(_under_way(order)).values(values))


def give_up(connection: Connection, order: FetchOrder, reason: str, now: datetime) -> None:
    if _leave(connection, order, FileState.FAILED, reason, now):
        _tell(connection, order, "not_attached", reason, now)


def recover(connection: Connection, now: datetime, holder: str | None = None) -> int:
    """What `holder` (None: whoever it was), who is dead, was fetching waits again. Returns how many."""
    left = remote_files.c.state == FileState.FETCHING.value
    values = _FREE | {"not_before": now}
    theirs = nodes.held_by(remote_files.c.claimed_by, holder)
    return connection.execute(update(remote_files).where(left, theirs).values(values)).rowcount


def due_again(connection: Connection, now: datetime) -> int:
    """As `store.outbox.due_again`."""
    waits = (remote_files.c.state == FileState.WAITING.value, remote_files.c.not_before > now)
    from_the_future = update(remote_files).where(*waits, remote_files.c.created_at > now)
    return connection.execute(from_the_future.values(not_before=now)).rowcount


def retry(connection: Connection, ticket: int, who: str, now: datetime) -> list[str]:
    """A person has the failed files of a ticket tried again, from the beginning. Returns their names."""
    failed = (remote_files.c.ticket == ticket) & (remote_files.c.state == FileState.FAILED.value)
    query = select(remote_files.c.id, remote_files.c.name).where(failed).order_by(remote_files.c.id).with_for_update()
    rows = connection.execute(query).all()
    values = {"state": FileState.WAITING.value, "reason": None, "attempts": 0, "not_before": now, "finished_at": None}
    connection.execute(update(remote_files).where(remote_files.c.id.in_([row.id for row in rows])).values(values))
    at = to_micros(now)
    _INSERT_HISTORY.run(connection, [(ticket, at, who, "fetched_again", None, row.name, None) for row in rows])
    ring_with(connection, DESK)
    return [row.name for row in rows]


def counts(connection: Connection, *, over: bool = True) -> dict[FileState, int]:
    """Every state, also those that no file is in; FETCHED, which only grows, only with `over`."""
    states = [state for state in FileState if over or state is not FileState.FETCHED]
    query = select(remote_files.c.state, func.count()).where(remote_files.c.state.in_(states))
    found = {FileState(state): count for state, count in connection.execute(query.group_by(remote_files.c.state))}
    return {state: found.get(state, 0) for state in states}


def _under_way(order: FetchOrder) -> Any:
    """Not if another node has taken it over and begun anew."""
    ours = remote_files.c.attempts == order.attempts
    return (remote_files.c.id == order.id) & (remote_files.c.state == FileState.FETCHING.value) & ours


def _leave(connection: Connection, order: FetchOrder, state: FileState, reason: str | None, now: datetime) -> bool:
    values = {"state": state.value, "reason": maybe_storable(reason), "finished_at": now, "claimed_by": None}
    return connection.execute(update(remote_files).where(_under_way(order)).values(values)).rowcount == 1


def _tell(connection: Connection, order: FetchOrder, what: str, reason: str | None, now: datetime) -> None:
    row: Row = (order.ticket, to_micros(now), WHO, what, None, storable(order.file.name), maybe_storable(reason))
    _INSERT_HISTORY.run(connection, [row])


def _order(row: Any) -> FetchOrder:
    file = RemoteFile(
        reference=row.reference,
        name=row.name,
        content_type=row.content_type,
        size=row.size,
        inline=row.inline,
        original_name=row.original_name,
    )
    return FetchOrder(
        id=row.id,
        channel=row.channel,
        ticket=row.ticket,
        message=row.message,
        position=row.position,
        attempts=row.attempts + 1,
        file=file,
    )


def missing(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Those that are not attached (yet), as `balcao tickets show` tells of them."""
    shown = ("name", "content_type", "size", "inline", "state", "reason", "attempts")
    return [{name: row._mapping[name] for name in shown} for row in rows if row.state != FileState.FETCHED.value]  # noqa: SLF001 - SQLAlchemy's public name for it
