"""A person's traces in what monitoring told: labels, summaries, names of incidents. Units of work over a connection.

    naming ─▶ the rows that name him ─▶ redact: [apagado] in his place

A fingerprint that names him is replaced by a number that means nothing: reports of it open an incident anew.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from domain.person import ERASED, Traces
from store.schema_incidents import incidents

AT_ONCE = 500
_PLACE = (incidents.c.channel, incidents.c.kind, incidents.c.fingerprint, incidents.c.turn)
_TEXTS = ("group", "client", "event")
Place = tuple[Any, ...]


def naming(connection: Connection, traces: Traces) -> list[Place]:
    """Where the incidents are that name him; all are read once, as an erasure reads the journal."""
    query = select(*_PLACE, *(incidents.c[name] for name in _TEXTS)).execution_options(yield_per=AT_ONCE)
    return [tuple(row[:4]) for row in connection.execute(query) if _names(row, traces)]


def redact(connection: Connection, traces: Traces, places: Sequence[Place]) -> int:
    """Returns how many incidents were changed."""
    changed = 0
    for place in places:
        here = [column == value for column, value in zip(_PLACE, place, strict=True)]
        row = connection.execute(select(incidents).where(*here).with_for_update()).one_or_none()
        if row is not None and _names(row, traces):
            values = {name: traces.without(getattr(row, name)) for name in _TEXTS}
            if traces.found_in(row.fingerprint):
                values["fingerprint"] = f"{ERASED}:{secrets.token_hex(8)}"
            connection.execute(update(incidents).where(*here).values(values))
            changed += 1
    return changed


def _names(row: Row[Any], traces: Traces) -> bool:
    return any(traces.found_in(getattr(row, name)) for name in ("fingerprint", *_TEXTS))
