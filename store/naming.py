"""The rows that name contents, and the transactions they are written and removed in.

put ─▶ [ rows … refuse_condemned ] ─▶ committed
 ▲                  │
 └── spare ◀── ContentCondemned: somebody was removing one of them (store/condemned.py)
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, delete, select

from domain.errors import StoreUnavailable
from store import condemned
from store.condemned import ContentCondemned
from store.engines import Database
from store.rows import ATTACHMENT_COLUMNS, INSERT_ATTACHMENT, Row
from store.schema import attachments

T = TypeVar("T")

TRIES = 3
_SHA256 = ATTACHMENT_COLUMNS.index("sha256")


def name_contents(connection: Connection, rows: Sequence[Row]) -> None:
    """Write attachments. Raises ContentCondemned."""
    INSERT_ATTACHMENT.run(connection, rows)
    condemned.refuse_condemned(connection, {row[_SHA256] for row in rows})


def unname_contents(connection: Connection, messages: Sequence[int], now: datetime) -> int:
    """Remove the attachments of these messages; what nobody names any more is to go. Returns how many they were."""
    theirs = attachments.c.message.in_(messages)
    contents = list(connection.execute(select(attachments.c.sha256).where(theirs)).scalars())
    connection.execute(delete(attachments).where(theirs))
    condemned.condemn(connection, contents, now)
    return len(contents)


async def put_and_name(database: Database, put: Callable[[], Awaitable[None]], name: Callable[[], Awaitable[T]]) -> T:
    """The result of `name`, which names contents that `put` has made durable. Raises StoreUnavailable."""
    for _ in range(TRIES):
        await put()
        try:
            return await name()
        except ContentCondemned as error:
            await database.write(partial(condemned.spare, contents=error.contents))
    raise StoreUnavailable("attachments of the same content are just being removed")
