"""The ticket store's tables of web chats: what each visitor's stream holds (see domain/chat.py)."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from store.moments import Moment
from store.schema_base import Key, metadata

chat_streams = Table(
    "chat_streams",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("visitor", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),  # number of the newest event; who holds this row may add one
    sqlite_with_rowid=False,
)

chat_events = Table(
    "chat_events",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("visitor", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("message", Key),  # messages.id of the visitor's own
    Column("outgoing", Key),  # outbox.id of what he is told
    sqlite_with_rowid=False,
)
Index("chat_events_message", chat_events.c.message, unique=True)
Index("chat_events_outgoing", chat_events.c.outgoing, unique=True)
