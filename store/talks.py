"""Conversations: which ticket a chat thread or a call belongs to now.

Two processes may open a ticket for the same new conversation at once. The second one must fail (IntegrityError),
look again and join. So a row is replaced only by a filing that knew of it: one that links to its ticket, joins
another, or finds it solved or closed. Everything else is a plain INSERT, which the primary key refuses. The rows are
locked while they are looked at (in order, so that nobody waits in a circle): of two that would replace one row, the
second sees what the first has made of it.
"""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection, bindparam, select, update

from domain.ticket import Filing, Placement, Road, State
from store.bulk import Bulk, chunks
from store.codec import storable
from store.schema import conversations, tickets

Talk = tuple[str, str]
"""(channel, key)"""

_INSERT = Bulk.insert(conversations)
_MOVE = Bulk(
    lambda _: (
        update(conversations)
        .values(ticket=bindparam("new"))
        .where(conversations.c.channel == bindparam("where"), conversations.c.key == bindparam("which"))
    ),
    ("new", "where", "which"),
)
_OVER = frozenset({State.SOLVED.value, State.CLOSED.value})


def record_conversations(connection: Connection, filings: Sequence[Filing]) -> None:
    first: dict[Talk, Placement] = {}
    last: dict[Talk, int] = {}
    for filing in filings:
        key, place = filing.interaction.conversation_key, filing.placement
        if key is not None and place.road is not Road.HELD:
            talk = (filing.interaction.channel, storable(key))
            first.setdefault(talk, place)
            last[talk] = place.ticket
    known = _known(connection, sorted(last))
    new = [talk for talk in sorted(last) if talk not in known or not _may_replace(first[talk], *known[talk])]
    _INSERT.run(connection, [(*talk, last[talk]) for talk in new])
    moved = [talk for talk in sorted(last) if talk not in new and known[talk][0] != last[talk]]
    _MOVE.run(connection, [(last[talk], *talk) for talk in moved])


def _may_replace(place: Placement, ticket: int, state: str) -> bool:
    return place.road is Road.JOINS or place.linked == ticket or state in _OVER


def _known(connection: Connection, talks: Sequence[Talk]) -> dict[Talk, tuple[int, str]]:
    held: dict[Talk, int] = {}
    query = select(conversations.c.key, conversations.c.ticket).order_by(conversations.c.key).with_for_update()
    for channel, group in groupby(talks, key=lambda talk: talk[0]):
        for chunk in chunks([key for _, key in group]):
            rows = connection.execute(query.where(conversations.c.channel == channel, conversations.c.key.in_(chunk)))
            held.update(((channel, key), ticket) for key, ticket in rows)
    states: dict[int, str] = {}
    for numbers in chunks(sorted(set(held.values()))):
        found = connection.execute(select(tickets.c.number, tickets.c.state).where(tickets.c.number.in_(numbers)))
        states.update((number, state) for number, state in found)
    return {talk: (ticket, states[ticket]) for talk, ticket in held.items()}
