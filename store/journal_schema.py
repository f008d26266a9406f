"""The journal's tables. What never changes is apart from what does: a payload is written once, a fate thrice.

raw           one row per accepted interaction; kept for good, because its dedup_key is
raw_payloads  the bytes; removed by retention once settled long enough

Of sources that we fetch from (domain/source.py), in the same file, so that a backup holds both or neither:

source_folders  one row per folder of a mailbox: how far we came
source_mails    one row per UID that is in the journal
source_gaps     one row per UID that should be and is not
leases          who alone reads a source now, where several nodes share this database
journal_nodes   who reads entries, where several nodes share this database (see store/nodes.py)
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.moments import Moment

metadata = MetaData()

BIGINT_KEY = BigInteger().with_variant(Integer, "sqlite")
"""SQLite makes a primary key its row number only if its type is called INTEGER; it holds 64 bits."""

NOT_DONE = text("fate <> 'done'")
"""Said in the index and in every query that should use it: the planner wants the same words."""

raw = Table(
    "raw",
    metadata,
    Column("raw_id", BIGINT_KEY, primary_key=True, autoincrement=False),  # see store.raw_ids
    Column("channel", Text, nullable=False),
    Column("dedup_key", Text, nullable=False, unique=True),
    Column("received_at", Moment, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("fate", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    Column("not_before", Moment),
    Column("claimed_at", Moment),
    Column("settled_at", Moment),
    Column("tickets", Text),  # JSON list of ticket numbers
    Column("claimed_by", Text),  # the node that is reading it, see store.nodes
    Column("late", BigInteger, nullable=False, server_default=text("0")),  # nanoseconds: see ingest.shares
)

TURN = raw.c.raw_id + raw.c.late
"""In whose order entries are claimed: when they came, and later by as much as their sender was over his share."""

Index("raw_by_turn", raw.c.fate, TURN, sqlite_where=NOT_DONE, postgresql_where=NOT_DONE)

raw_payloads = Table(
    "raw_payloads",
    metadata,
    Column("raw_id", BIGINT_KEY, primary_key=True, autoincrement=False),
    Column("envelope", Text, nullable=False),  # JSON object
    Column("payload", LargeBinary, nullable=False),
    Column("checksum", BigInteger, nullable=False),  # CRC-32 of the envelope, then the payload
)

source_folders = Table(
    "source_folders",
    metadata,
    Column("id", BIGINT_KEY, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uid_validity", BigInteger),
    Column("start_uid", BigInteger, nullable=False),
    Column("upto_uid", BigInteger, nullable=False),
    Column("began_at", Moment),
    Column("looked_at", Moment),
    Column("backfill_since", Moment),
    Column("silent_before", Moment),
    Column("trouble", Text),
    UniqueConstraint("channel", "folder"),
)

source_mails = Table(
    "source_mails",
    metadata,
    Column("folder_id", BIGINT_KEY, primary_key=True, autoincrement=False),
    Column("uid", BIGINT_KEY, primary_key=True, autoincrement=False),
    Column("settled", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

source_gaps = Table(
    "source_gaps",
    metadata,
    Column("folder_id", BIGINT_KEY, primary_key=True, autoincrement=False),
    Column("uid", BIGINT_KEY, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("retry_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("renewals", BigInteger, nullable=False),
)

journal_nodes = Table(
    "journal_nodes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("beats", BigInteger, nullable=False),
)

queue_heads = Table(
    "queue_heads",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("held", Integer, nullable=False),
    Column("oldest_at", Moment),
    Column("noted_at", Moment, nullable=False),
)
