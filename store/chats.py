"""Streams of web chats. Units of work over a connection.

    filing   ─▶ record   the visitor's own messages    ┐ chat_streams.last is taken, the event is numbered
    dispatch ─▶ tell     what he is told               ┘
    door     ─▶ heads ─▶ events ─▶ the visitor         read by number, from any process

Whoever adds an event holds the row of its stream until he commits, so numbers become visible in their order: a reader
who has seen 7 will never be shown a 6 that was slower. Each message is in a stream once, however often it is told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, Row, Table, select

from domain.chat import Author, ChatEvent, ChatFile
from domain.outgoing import OutgoingMessage
from domain.ticket import Filing, Road
from store.bulk import INSERTERS, Bulk, Insert, chunks
from store.codec import storable
from store.moments import to_micros
from store.schema import attachments, messages, outbox
from store.schema_chat import chat_events, chat_streams

_INSERT = Bulk.insert(chat_events)

Stream = tuple[str, str]
"""(channel, visitor)"""


def record(connection: Connection, filings: Sequence[Filing], numbers: Sequence[int], now: datetime) -> None:
    """The messages of `filings` (their ids in `numbers`) that a stream shows, in the order given."""
    shown: dict[Stream, list[int]] = {}
    for filing, number in zip(filings, numbers, strict=True):
        said = filing.interaction
        if said.stream is not None and filing.placement.road is not Road.HELD:
            shown.setdefault((said.channel, storable(said.stream)), []).append(number)
    for stream in sorted(shown):
        last = _take(connection, stream, len(shown[stream]))
        first = last - len(shown[stream]) + 1
        _INSERT.run(connection, [(*stream, first + place, to_micros(now), message, None)
                                 for place, message in enumerate(shown[stream])])  # fmt: skip


def tell(connection: Connection, message: OutgoingMessage, now: datetime) -> int:
    """Put it into its visitor's stream, once. Returns the number of the event."""
    stream = message.channel, storable(message.to)
    told = select(chat_events.c.number).where(chat_events.c.outgoing == message.outbox_id)
    if (known := connection.execute(told).scalar()) is not None:
        return int(known)
    number = _take(connection, stream, 1)
    _INSERT.run(connection, [(*stream, number, to_micros(now), None, message.outbox_id)])
    return number


def _take(connection: Connection, stream: Stream, count: int) -> int:
    """The last of `count` numbers that are now ours."""
    insert: Callable[[Table], Insert] = INSERTERS[connection.dialect.name]
    new = insert(chat_streams).values(channel=stream[0], visitor=stream[1], last=count)
    taken: Executable = new.on_conflict_do_update(
        index_elements=["channel", "visitor"], set_={"last": chat_streams.c.last + new.excluded.last}
    ).returning(chat_streams.c.last)
    return int(connection.execute(taken).scalar_one())


def heads(connection: Connection, channel: str, visitors: Sequence[str]) -> Mapping[str, int]:
    query = select(chat_streams.c.visitor, chat_streams.c.last).where(chat_streams.c.channel == channel)
    return {
        row[0]: row[1]
        for chunk in chunks(sorted(visitors))
        for row in connection.execute(query.where(chat_streams.c.visitor.in_(chunk)))
    }


def events(connection: Connection, channel: str, visitor: str, after: int, limit: int) -> list[ChatEvent]:
    """The oldest `limit` events that follow `after`; a negative `after`: the latest so many, oldest first."""
    mine = (chat_events.c.channel == channel) & (chat_events.c.visitor == visitor)
    query = select(chat_events).where(mine)
    if after < 0:
        rows = connection.execute(query.order_by(chat_events.c.number.desc()).limit(limit)).all()[::-1]
    else:
        query = query.where(chat_events.c.number > after)
        rows = list(connection.execute(query.order_by(chat_events.c.number).limit(limit)).all())
    return list(_told(connection, rows))


def event(connection: Connection, channel: str, visitor: str, number: int) -> ChatEvent | None:
    found = events(connection, channel, visitor, number - 1, 1) if number > 0 else []
    return found[0] if found and found[0].number == number else None


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[ChatEvent]:
    """What was erased meanwhile is left out."""
    said = _by_id(connection, messages, [row.message for row in rows if row.message is not None])
    sent = _by_id(connection, outbox, [row.outgoing for row in rows if row.outgoing is not None])
    holders = [*said, *(one.message for one in sent.values() if one.message is not None)]
    files = _files(connection, holders)
    for row in rows:
        if (mine := said.get(row.message)) is not None:
            yield ChatEvent(number=row.number, at=mine.received_at, author=Author.VISITOR,
                            text=mine.text_full or mine.text, ticket=mine.ticket, message_id=mine.provider_id,
                            files=files.get(mine.id, ()))  # fmt: skip
        elif (told := sent.get(row.outgoing)) is not None:
            yield ChatEvent(number=row.number, at=told.created_at,
                            author=Author.MACHINE if told.automatic else Author.AGENT, text=told.text,
                            ticket=told.ticket, files=files.get(told.message, ()))  # fmt: skip


def _by_id(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {
        row.id: row
        for chunk in chunks(sorted(ids))
        for row in connection.execute(select(table).where(table.c.id.in_(chunk)))
    }


def _files(connection: Connection, holders: Sequence[int]) -> dict[int, tuple[ChatFile, ...]]:
    found: dict[int, tuple[ChatFile, ...]] = {}
    for chunk in chunks(sorted(holders)):
        query = select(attachments).where(attachments.c.message.in_(chunk)).order_by(attachments.c.position)
        for row in connection.execute(query):
            file = ChatFile(name=row.name, content_type=row.content_type, size=row.size, sha256=row.sha256)
            found[row.message] = (*found.get(row.message, ()), file)
    return found
