"""The ticket store's tables about files themselves.

remote_files        that lie elsewhere (see domain/remote.py)
desk_nodes          who sends and fetches, where several nodes share this database (see store/nodes.py)
condemned_contents  that no attachment names and that are to be removed, or were lately (see store/condemned.py)
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from store.moments import Moment
from store.schema import messages
from store.schema_base import Key, metadata, ticket_column

remote_files = Table(
    "remote_files",
    metadata,
    Column("id", Key, primary_key=True),
    Column("message", Key, ForeignKey(messages.c.id), nullable=False),
    Column("position", Integer, nullable=False),  # among the attachments of its message
    ticket_column(index=True),
    Column("channel", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("original_name", Text),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger),
    Column("inline", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("claimed_by", Text),  # the node that is fetching it, see store.nodes
    UniqueConstraint("message", "position"),
)
Index("remote_files_due", remote_files.c.state, remote_files.c.not_before)

desk_nodes = Table(
    "desk_nodes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("beats", BigInteger, nullable=False),
)

condemned_contents = Table(
    "condemned_contents",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("going_at", Moment),
    Column("removed_at", Moment),
    sqlite_with_rowid=False,
)
