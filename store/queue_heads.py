"""What workers hold of a queue: units of work on the archive's `queue_heads`.

A broker tells how many messages are ready, neither how many it has delivered nor how old the oldest is. Each worker
notes that itself, with its claims.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from store.bulk import INSERTERS
from store.journal_schema import queue_heads

FRESH = timedelta(seconds=90)
"""A worker that said nothing for longer is no more; what it held is in the queue again."""
FORGOTTEN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Head:
    """`oldest_at`: when the oldest of the `held` entries was received."""

    holder: str
    held: int
    oldest_at: datetime | None
    noted_at: datetime


def note(connection: Connection, head: Head) -> None:
    columns = queue_heads.c
    values = {"held": head.held, "oldest_at": head.oldest_at, "noted_at": head.noted_at}
    new = INSERTERS[connection.dialect.name](queue_heads).values(holder=head.holder, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["holder"], set_=values))
    connection.execute(delete(queue_heads).where(columns.noted_at < head.noted_at - FORGOTTEN))


def forget(connection: Connection, holder: str) -> None:
    """A worker that stops holds nothing any more, and says when that was."""
    connection.execute(queue_heads.update().where(queue_heads.c.holder == holder).values(held=0, oldest_at=None))


def of_others(connection: Connection, holder: str) -> list[Head]:
    columns = queue_heads.c
    query = select(columns.holder, columns.held, columns.oldest_at, columns.noted_at).where(columns.holder != holder)
    return [Head(*row) for row in connection.execute(query)]


def held(heads: Sequence[Head], now: datetime) -> int:
    return sum(head.held for head in heads if head.noted_at > now - FRESH)


def oldest(heads: Sequence[Head], now: datetime) -> datetime | None:
    """When the oldest was received; if no worker lives, since when nobody has worked."""
    fresh = [head for head in heads if head.noted_at > now - FRESH]
    if not fresh:
        return max((head.noted_at for head in heads), default=None)
    return min((head.oldest_at for head in fresh if head.oldest_at is not None), default=None)


def may_hold(heads: Sequence[Head], before: datetime, now: datetime, *, alone: bool) -> bool:
    """Whether a worker has something that was received before then, or has not told since; `alone`: so has nobody."""
    fresh = [head for head in heads if head.noted_at > now - FRESH]
    if not fresh:
        return alone
    return any(head.noted_at <= before or (head.oldest_at or now) <= before for head in fresh)
