"""An incident: what all reports of one fingerprint come to, from its first firing until it is over for good.

    turn 1: fires ─▶ fires ─▶ resolved ─▶ fires again soon: the same turn, the same ticket
    turn 2: fires again long after: another ticket, linked to the first

A storm is an incident, too: its children are the incidents that share its ticket.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.alert import AlertEvent


class Kind(StrEnum):
    ALERT = "alert"
    STORM = "storm"


class Burning(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`times`: how often it was told to be firing; `returns`: how often it came back within this turn.

    `started_at` is when it began, `episode_at` when its last episode did, `ended_at` when that was over: as the source
    tells, else when we heard. `last_at` is when it was last told to be firing, `changed_at` when the report came that
    made its `state`; both by our clock. `content` is a digest of the last report. `silenced_by` names the maintenance
    window that keeps it from its ticket until `due_at`. `ticket` is None where there is none: silenced, or resolved
    without a known beginning. `group`: which storm it may belong to. `client`: who is told.
    """

    channel: str
    kind: Kind
    fingerprint: str
    turn: int
    state: Burning
    ticket: int | None
    message: int | None
    times: int
    returns: int
    started_at: datetime
    episode_at: datetime
    ended_at: datetime | None
    opened_at: datetime
    last_at: datetime | None
    changed_at: datetime
    content: str
    silenced_by: str | None
    due_at: datetime | None
    group: str
    client: str | None
    event: AlertEvent

    @property
    def key(self) -> tuple[str, str, str]:
        return self.channel, self.kind.value, self.fingerprint

    @property
    def firing(self) -> bool:
        return self.state is Burning.FIRING

    @property
    def duration(self) -> timedelta | None:
        """From the beginning to the end; None while it burns."""
        if self.ended_at is None or self.firing:
            return None
        return max(self.ended_at - self.started_at, timedelta())
