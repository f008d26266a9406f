"""The tables that know what telephone systems told.

call_ids   every id of a call ─▶ its root ◀─ calls, the message it became ◀─ call_events, a set
"""

from sqlalchemy import Boolean, Column, Index, Table, Text

from store.moments import Moment
from store.schema_base import Key, metadata, ticket_column

calls = Table(
    "calls",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("root", Text, primary_key=True),  # the id that stands for the call
    ticket_column(nullable=True, index=True),  # None while nothing is filed
    Column("message", Key),  # messages.id
    Column("contact", Text),  # comparable number of the customer
    Column("started_at", Moment),
    Column("missed", Boolean, nullable=False),
    Column("returned", Boolean, nullable=False),  # we called, and the customer answered
    Column("due_at", Moment, index=True),  # when a call that still rings is filed as it stands
    Column("touched_at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)
Index("calls_of_contact", calls.c.channel, calls.c.contact, calls.c.started_at)

call_ids = Table(
    "call_ids",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("root", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("call_ids_of_root", call_ids.c.channel, call_ids.c.root)

call_events = Table(
    "call_events",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("root", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("event", Text, nullable=False),  # JSON
    sqlite_with_rowid=False,
)
