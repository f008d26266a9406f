"""Whether a PostgreSQL lets us write: a standby does not, nor one that was told so.

Reading goes on at both, so that only who asks, or writes, finds out. Either may pass by itself: a primary is made, or
the address leads to another one.
"""

from sqlalchemy import Connection, text

from domain.errors import StoreUnavailable

_ASK = text("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')::boolean")


def demand_writable(connection: Connection) -> None:
    """A unit of work. Raises StoreUnavailable, whose `why` is there."""
    if connection.dialect.name != "postgresql":
        return
    is_standby, is_told = connection.execute(_ASK).one()
    for found, why, detail in (
        (is_standby, "standby", "it is a standby"),
        (is_told, "read_only", "default_transaction_read_only is on"),
    ):
        if found:
            raise StoreUnavailable("the database cannot be used now", detail=detail, why=why)
