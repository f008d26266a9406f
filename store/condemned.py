"""Contents that no attachment names go, and none that somebody is just about to name. Units of work over a connection.

    condemn ──committed──▶ take: named meanwhile? spared : going ──committed──▶ the file goes ─▶ gone
       ▲                                                              │
       └── whoever names a content that is condemned is rolled back ──┘   (refuse_condemned, after its rows are in)
           and comes again: spare ─▶ put ─▶ name

The order is what makes it safe beside writers: they first write their rows, then look here; `take` first locks the
rows' table, then looks for rows. So one of the two sees the other. What is gone stays on the list for a while, for
those who put their content before it went and name it only now.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, delete, or_, select, text, update

from domain.errors import BalcaoError, StoreUnavailable
from store.bulk import INSERTERS, chunks
from store.schema import attachments
from store.schema_files import condemned_contents

STUCK = timedelta(minutes=10)
"""Since a removal began: whoever did it is dead, and another takes it up."""
REMEMBERED = timedelta(days=7)

_table: Table = condemned_contents


class ContentCondemned(BalcaoError):
    """What was to be named is about to be removed, or was: put it again."""

    def __init__(self, contents: Collection[str]) -> None:
        super().__init__(f"{len(contents)} contents are being removed")
        self.contents = tuple(contents)


def unnamed(connection: Connection, contents: Sequence[str]) -> list[str]:
    """Those of `contents` that no attachment names."""
    named: set[str] = set()
    for chunk in chunks(contents):
        query = select(attachments.c.sha256).where(attachments.c.sha256.in_(chunk)).distinct()
        named.update(connection.execute(query).scalars())
    return [one for one in contents if one not in named]


def condemn(connection: Connection, contents: Sequence[str], now: datetime) -> int:
    """Those that no attachment names are to go. Returns how many are new on the list."""
    insert = INSERTERS[connection.dialect.name](_table)
    afresh = {"at": insert.excluded.at, "going_at": None, "removed_at": None}
    query = insert.on_conflict_do_update(
        index_elements=[_table.c.sha256], set_=afresh, where=_table.c.removed_at.is_not(None)
    )
    going = sorted(set(unnamed(connection, contents)))
    return sum(connection.execute(query.values(sha256=one, at=now)).rowcount for one in going)


def refuse_condemned(connection: Connection, contents: Collection[str]) -> None:
    """To be asked after the rows that name `contents` are written. Raises ContentCondemned."""
    if not contents:
        return
    found: set[str] = set()
    for chunk in chunks(sorted(set(contents))):
        found.update(connection.execute(select(_table.c.sha256).where(_table.c.sha256.in_(chunk))).scalars())
    if found:
        raise ContentCondemned(sorted(found))


def spare(connection: Connection, contents: Sequence[str]) -> None:
    """They are to be put again and then named. Raises StoreUnavailable while one of them is just being removed."""
    for chunk in chunks(contents):
        here = _table.c.sha256.in_(chunk)
        going = select(_table.c.sha256).where(here, _table.c.going_at.is_not(None), _table.c.removed_at.is_(None))
        if connection.execute(going.with_for_update()).first() is not None:
            raise StoreUnavailable("an attachment of the same content is just being removed")
        connection.execute(delete(_table).where(here))


def take(connection: Connection, limit: int, now: datetime) -> list[str]:
    """What is to be removed now, by whoever asks and nobody else; what is named again is off the list."""
    if connection.dialect.name == "postgresql":
        # Waits for those who are naming something at this moment, and lets the next ones wait for us.
        connection.execute(text("LOCK TABLE attachments IN SHARE MODE"))
    free = or_(_table.c.going_at.is_(None), _table.c.going_at < now - STUCK)
    query = select(_table.c.sha256).where(_table.c.removed_at.is_(None), free).order_by(_table.c.sha256).limit(limit)
    listed = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    going = unnamed(connection, listed) if listed else []
    if spared := sorted(set(listed) - set(going)):
        connection.execute(delete(_table).where(_table.c.sha256.in_(spared)))
    connection.execute(update(_table).where(_table.c.sha256.in_(going)).values(going_at=now))
    return going


def gone(connection: Connection, contents: Sequence[str], now: datetime) -> None:
    connection.execute(update(_table).where(_table.c.sha256.in_(contents)).values(removed_at=now))


def forget(connection: Connection, now: datetime) -> int:
    """What has been gone for so long that nobody can still be about to name it. Returns how many."""
    return connection.execute(delete(_table).where(_table.c.removed_at < now - REMEMBERED)).rowcount
