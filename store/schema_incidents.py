"""The tables that know what monitoring systems told, and which systems must report.

incidents          each turn of each fingerprint, with the ticket it has; a storm is one, too
incident_reports   what was told already: told again by a crash or a replay, it is not counted again
heartbeats         when a system under watch was last heard of      watches   since when each node listens
"""

from sqlalchemy import Column, Index, Integer, Table, Text

from store.moments import Moment
from store.schema_base import Key, metadata, ticket_column

incidents = Table(
    "incidents",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # domain.incident.Kind
    Column("fingerprint", Text, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("state", Text, nullable=False),  # firing, resolved
    ticket_column(nullable=True, index=True),
    Column("message", Key),  # messages.id
    Column("times", Integer, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("episode_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("opened_at", Moment, nullable=False),
    Column("last_at", Moment),
    Column("changed_at", Moment, nullable=False),
    Column("content", Text, nullable=False),
    Column("silenced_by", Text),
    Column("due_at", Moment, index=True),  # when the window that silences it ends
    Column("group", Text, nullable=False),  # which storm it may belong to
    Column("client", Text),
    Column("event", Text, nullable=False),  # JSON
    Column("touched_at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)
Index("incidents_of_group", incidents.c.channel, incidents.c.group, incidents.c.opened_at)

incident_reports = Table(
    "incident_reports",
    metadata,
    Column("identity", Text, primary_key=True),
    ticket_column(nullable=True, index=True),
    Column("at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    sqlite_with_rowid=False,
)

watches = Table(
    "watches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)
