"""A person accepts messages that were held: they count as their sender's from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.interaction import Automated
from domain.mailbox import fold_address
from domain.ticket import Road, State
from store.filing import INSERT_PARTICIPANT
from store.moments import to_micros
from store.rows import INSERT_HISTORY, Row
from store.schema import messages, tickets

_REOPENS = frozenset({State.SOLVED.value, State.WAITING.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A held message. One that a machine wrote makes nobody a participant and reopens nothing."""

    id: int
    sender: str
    by_a_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """`reopened` tells the state the ticket was brought back from, None if it was not."""

    messages: tuple[int, ...]
    participants: tuple[str, ...]
    reopened: str | None


def held(connection: Connection, number: int) -> list[Held] | None:
    """What is held on a ticket, oldest first; None when there is no such ticket. Locks the ticket."""
    ticket = select(tickets.c.number).where(tickets.c.number == number).with_for_update()
    if connection.execute(ticket).one_or_none() is None:
        return None
    query = select(messages.c.id, messages.c.sender, messages.c.automated).order_by(messages.c.id)
    rows = connection.execute(query.where(messages.c.ticket == number, messages.c.road == Road.HELD.value))
    return [Held(id=row.id, sender=row.sender, by_a_person=row.automated == Automated.NONE.value) for row in rows]


def accept(connection: Connection, number: int, accepted: Sequence[Held], who: str, now: datetime) -> Accepted:
    """In the transaction that asked `held`."""
    at = to_micros(now)
    spoken = [one for one in accepted if one.by_a_person]
    people = list(dict.fromkeys(fold_address(one.sender) for one in spoken if one.sender))
    joined = {"road": Road.JOINS.value, "verified": True}
    connection.execute(update(messages).where(messages.c.id.in_([one.id for one in accepted])).values(joined))
    INSERT_PARTICIPANT.run(connection, [(number, person) for person in people])
    rows: list[Row] = [(number, at, who, "verified", None, f"message {one.id}", one.sender) for one in accepted]
    reopened = _reopened(connection, number) if spoken else None
    if reopened:
        rows.append((number, at, who, "reopened", reopened, State.OPEN.value, None))
    INSERT_HISTORY.run(connection, rows)
    return Accepted(messages=tuple(one.id for one in accepted), participants=tuple(people), reopened=reopened)


def _reopened(connection: Connection, number: int) -> str | None:
    state: str = connection.execute(select(tickets.c.state).where(tickets.c.number == number)).scalar_one()
    if state not in _REOPENS:
        return None
    opened = {"state": State.OPEN.value, "solved_at": None}
    connection.execute(update(tickets).where(tickets.c.number == number).values(opened))
    return state
