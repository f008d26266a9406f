"""Calls that have rung for too long: the telephone system never said how they ended, and they are filed as they stand.

What is to be said of them goes through the journal like everything else (`channels.voice.dialects.ours`), so that it is
durable, happens once, and can be replayed.
"""

from datetime import datetime, timedelta
from functools import partial

import orjson
from sqlalchemy import Connection

from domain.ports import Intake
from domain.raw import RawInteraction
from store import calls
from store.engines import Database

AT_ONCE = 500
AGAIN = timedelta(hours=1)
"""After which a call is told of again if nothing came of it: the journal was away, or its channel is."""
KEPT = timedelta(days=90)
"""How long what was told of a call is kept apart from its message: a later event would begin a new one."""


async def tell_overdue(store: Database, intake: Intake, now: datetime) -> int:
    """Returns how many. Raises StoreUnavailable and IntakeUnavailable."""
    found = await store.write(partial(_due, now=now))
    for channel, root in found:
        await intake.accept(
            RawInteraction(
                channel=channel,
                dedup_key=f"{channel}:overdue:{root}",
                received_at=now,
                payload=orjson.dumps({"balcao": "overdue", "call_id": root}),
                envelope={"by": "balcao"},
            )
        )
    return len(found)


def _due(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    found = calls.overdue(connection, now, AT_ONCE)
    calls.postpone(connection, found, now + AGAIN)
    return found
