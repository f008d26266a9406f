"""What the tables of the ticket store have in common."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

metadata = MetaData()

Key = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column that is called INTEGER."""


def ticket_column(**options: Any) -> Column[int]:
    return Column("ticket", Key, ForeignKey("tickets.number"), **{"nullable": False, **options})
