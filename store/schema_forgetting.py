"""The ticket store's tables about what is forgotten.

forgetting      a row while somebody erases: only then may history be changed (by trigger), in that transaction
erasures        one row per erased person, for good: when, by whom, how much. Who it was stands there until it is done
erasure_raws    journal entries whose bytes an erasure has yet to remove
"""

from sqlalchemy import Column, Integer, Table, Text

from store.moments import Moment
from store.schema_base import Key, metadata

forgetting = Table("forgetting", metadata, Column("id", Integer, primary_key=True, autoincrement=False))

erasures = Table(
    "erasures",
    metadata,
    Column("id", Key, primary_key=True),
    Column("who", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("person", Text),  # JSON of store.erasures; none once it is done
    Column("counts", Text, nullable=False),  # JSON: how much of what was removed
)

erasure_raws = Table(
    "erasure_raws",
    metadata,
    Column("erasure", Key, primary_key=True),
    Column("raw_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)
