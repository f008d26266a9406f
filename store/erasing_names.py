"""A person's traces in what the files of others are called. Units of work over a connection.

What lies in such a file is theirs; its name is shown on the ticket to whoever looks.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from domain.person import Traces
from store.schema import attachments
from store.schema_files import remote_files

_NAMES = ("name", "original_name")


def redact_files(connection: Connection, ids: Sequence[int], traces: Traces) -> set[int]:
    """Of these messages. Returns those of which a file has another name now."""
    changed = set()
    for table in (attachments, remote_files):
        for row in connection.execute(select(table).where(table.c.message.in_(ids))).all():
            values = {name: without(traces, getattr(row, name)) for name in _NAMES}
            if any(getattr(row, name) != value for name, value in values.items()):
                here = table.c.message == row.message, table.c.position == row.position
                connection.execute(update(table).where(*here).values(values))
                changed.add(row.message)
    return changed


def without(traces: Traces, name: str | None) -> str | None:
    """`ana@exemplo.com.pdf` is an address and an ending, and no longer domain."""
    if not name:
        return name
    stem, dot, ending = (traces.without(name) or "").rpartition(".")
    return f"{traces.without(stem)}{dot}{ending}" if dot else ending
