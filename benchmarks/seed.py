"""Fill a ticket store with copies of one real ticket, fast: INSERT … SELECT over a series of numbers.

Every copy has its own number, identity, Message-ID, sender and acknowledgement, so that indexes are as wide and as
random as in life. Message texts are cut to 300 bytes, to spare the disk; what slows a store down is its indexes.
"""

import sqlite3
from pathlib import Path

SERIES = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
ID = "(i * 2654435761 % 4294967296)"

OVERRIDES = {
    "contacts": {"id": "i"},
    "contact_addresses": {"address": f"'p' || {ID} || '@cliente.example'", "contact": "i"},
    "tickets": {"number": "i", "contact": "i", "opened_by": "i"},
    "ticket_participants": {"ticket": "i", "address": f"'p' || {ID} || '@cliente.example'"},
    "messages": {
        "id": "i", "ticket": "i", "identity": f"lower(hex({ID} || 'seed' || i))", "text": "substr(t.text, 1, 300)",
        "message_id": f"'<' || {ID} || '.' || i || '@cliente.example>'", "raw_id": "'seed' || i",
    },
    "outbox": {
        "id": "i", "ticket": "i", "idempotency_key": "'ack:seed:' || i", "state": "'sent'",
        "message_id": f"'<balcao.' || i || '.' || {ID} || '@localhost>'",
    },
    "history": {"id": "i", "ticket": "i"},
}  # fmt: skip


def seed(path: Path, count: int) -> None:
    """Make `count` tickets out of the store's first one."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -2000000")
    first = connection.execute("SELECT max(number) + 1 FROM tickets").fetchone()[0]
    first = max(first, connection.execute("SELECT max(id) + 1 FROM history").fetchone()[0])
    span = {"first": first, "last": first + count - 1}
    connection.execute("BEGIN")
    for table, overrides in OVERRIDES.items():
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        values = ", ".join(overrides.get(column, f't."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        one = f'(SELECT * FROM "{table}" LIMIT 1)'
        connection.execute(f'{SERIES} INSERT INTO "{table}" ({names}) SELECT {values} FROM n, {one} AS t', span)
    connection.execute("UPDATE counters SET value = max(value, ?)", (span["last"],))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
