"""What the house reminds itself of: systems that did not report, and maintenance windows that are over.

    web role    every few seconds: "I listen"                         (store.heartbeats.listen)
    work role   who is late, while somebody listens and nothing waits ─▶ journal ─▶ incident
                which silenced incident's window is over              ─▶ journal ─▶ its ticket, if it still burns

It goes through the journal like everything else, so that it is durable, happens once, and can be replayed. Each says
the same under the same key, on whichever node and after whatever restart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from domain.alert import AlertSign
from domain.heartbeat import Watched
from domain.incident import Incident
from domain.ports import Intake
from domain.raw import RawInteraction
from ingest.own_words import own_words
from store import heartbeats, incidents
from store.engines import Database
from store.moments import to_micros

AT_ONCE = 500
AGAIN = timedelta(hours=1)
"""After which a window that is over is told of again if nothing came of it."""
BEHIND = timedelta(seconds=30)
"""What waits for so long may be the reports that we miss."""


@dataclass(slots=True)
class Watching:
    """`watched` by channel; `node`: the name of this one."""

    store: Database
    intake: Intake
    watched: Mapping[str, Sequence[Watched]]
    node: str = ""
    begins: bool = True

    async def listen(self) -> None:
        """The first time since this process was started: who listened here before was another one."""
        begins, now = self.begins, datetime.now(UTC)
        await self.store.write(lambda connection: heartbeats.listen(connection, self.node, now, begins=begins))
        self.begins = False

    async def look(self, now: datetime, waiting: timedelta | None) -> int:
        """Tell of what is due; `waiting`: how long the oldest entry of the journal has. Returns how many.

        Raises StoreUnavailable and IntakeUnavailable.
        """
        told = await self._over(now)
        if self.watched and (waiting is None or waiting < BEHIND):
            told += await self.store.read(lambda connection: list(self._missed(connection, now)))
        for raw in told:
            await self.intake.accept(raw)
        return len(told)

    def _missed(self, connection: Connection, now: datetime) -> Iterator[RawInteraction]:
        since = heartbeats.listening_since(connection, now)
        if since is None:
            return
        heard = heartbeats.last_heard(connection)
        for channel, systems in self.watched.items():
            for one in systems:
                last = heard.get((channel, one.name))
                due = one.missed(last, since, now)
                if due is not None:
                    event = one.event(AlertSign.FIRING, started_at=due, heard_at=last)
                    yield own_words(channel, f"{one.name}:{to_micros(due)}", event, now)

    async def _over(self, now: datetime) -> list[RawInteraction]:
        if not await self.store.read(lambda connection: incidents.due(connection, now, 1)):
            return []
        found = await self.store.write(partial(_due, now=now))
        return [
            own_words(
                one.channel, f"over:{one.fingerprint}:{one.turn}:{to_micros(one.due_at or now)}",
                replace(one.event, sign=AlertSign.OVER), now,
            )
            for one in found
        ]  # fmt: skip


def _due(connection: Connection, now: datetime) -> list[Incident]:
    found = incidents.due(connection, now, AT_ONCE)
    incidents.postpone(connection, found, now + AGAIN)
    return found
