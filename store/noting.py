"""An agent's note on a ticket: written down, sent to nobody. Units of work over a connection."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from domain.interaction import Automated, Medium
from domain.ticket import Road, State
from store.codec import storable
from store.moments import to_micros
from store.numbers import allocate
from store.retelling import change_tickets, tickets_now
from store.rows import INSERT_HISTORY, INSERT_MESSAGE, Row
from store.schema import messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`done_with`: tags that fall away, for what they asked for is here; a new ticket that had one is open now."""

    ticket: int
    text: str
    who: str
    done_with: Collection[str] = ()
    solve: bool = False


def write(connection: Connection, note: Note, now: datetime) -> int | None:
    """Returns the message it is kept as; None when there is no such ticket."""
    before = tickets_now(connection, [note.ticket]).get(note.ticket)
    if before is None:
        return None
    number, at = allocate(connection, "message_ids", 1)[0], to_micros(now)
    INSERT_MESSAGE.run(connection, [_row(note, number, at, *_where(connection, before.opened_by))])
    INSERT_HISTORY.run(connection, [(note.ticket, at, note.who, "noted", None, f"message {number}", None)])
    tags = tuple(tag for tag in before.tags if tag not in note.done_with)
    after = replace(before, tags=tags)
    if note.solve and before.state is not State.CLOSED:
        after = replace(after, state=State.SOLVED, solved_at=before.solved_at or now)
    elif tags != before.tags and before.state is State.NEW:
        after = replace(after, state=State.OPEN)
    change_tickets(connection, [(before, after, f"message {number}")], now, note.who)
    return number


def _where(connection: Connection, message: int) -> tuple[str, str]:
    query = select(messages.c.channel, messages.c.medium).where(messages.c.id == message)
    row = connection.execute(query).one_or_none()
    return ("", Medium.MAIL.value) if row is None else (row.channel, row.medium)


def _row(note: Note, number: int, at: int, channel: str, medium: str) -> Row:
    return (
        number, note.ticket, f"note:{number}", "note", channel, medium, Road.NOTES.value, True, note.who, None, "",
        storable(note.text), None, None, "{}", None, None, Automated.NONE.value, None, None, None, at, at, None, None,
    )  # fmt: skip
