"""What one report makes of an incident. Pure.

    nothing known, or over for longer than `reopen`  ─▶ OPENS      another turn, a ticket of its own
    fires while it burns                             ─▶ REPEATS    counted
    stands twice in one post                         ─▶ DOUBLED    not counted
    fires soon after it was resolved                 ─▶ RETURNS    the same ticket, open again: it flaps
    fires while a maintenance window is open         ─▶ SILENCED   recorded, no ticket; due when the window ends
    resolved while it burns                          ─▶ RESOLVES   the ticket is solved, with the duration
    resolved, and nothing of it is known             ─▶ RECORDED   no ticket
    firing, of an episode whose end came first       ─▶ COMPLETES  its ticket is opened and solved at once
    of an episode that is over                       ─▶ LATE       changes nothing

Of two reports the one that came first is the older one, unless they tell of when their episodes began and ended.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.alert import AlertEvent, AlertSign
from domain.incident import Burning, Incident, Kind
from domain.ticket import State

OVERTAKING = timedelta(minutes=1)
"""Within which a firing may arrive after its own end; later, an old beginning is one that was taken up again."""
_DONE_WITH = frozenset({State.SOLVED, State.CLOSED})


class Course(StrEnum):
    OPENS = "opens"
    REPEATS = "repeats"
    DOUBLED = "doubled"
    RETURNS = "returns"
    SILENCED = "silenced"
    RESOLVES = "resolves"
    RECORDED = "recorded"
    COMPLETES = "completes"
    LATE = "late"


MAKES_A_TICKET = frozenset({Course.OPENS, Course.COMPLETES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report. `content`: its digest. `silenced_by` and `until`: the maintenance window that is open for it.

    `counts`: it is the source's own; what the house reminds itself of is not counted. `muted_by`: the window that had
    kept it, and is over.
    """

    event: AlertEvent
    received_at: datetime
    content: str
    silenced_by: str | None = None
    until: datetime | None = None
    counts: bool = True
    muted_by: str | None = None

    @property
    def began_at(self) -> datetime:
        return min(self.event.started_at or self.received_at, self.received_at)

    @property
    def ended_at(self) -> datetime:
        return min(self.event.ended_at or self.received_at, self.received_at)


def course_of(known: Incident | None, told: Told, reopen: timedelta, ticket: State | None = None) -> Course:
    """`ticket`: the state of the ticket that the incident has, if it has one."""
    if told.event.sign is AlertSign.RESOLVED:
        return _resolved(known, told)
    if known is None:
        return Course.SILENCED if told.silenced_by else Course.OPENS
    return _told_again(known, told, reopen, ticket)


def _told_again(known: Incident, told: Told, reopen: timedelta, ticket: State | None) -> Course:
    if _is_old(known, told):
        return Course.LATE if known.times or told.silenced_by else Course.COMPLETES
    if _is_doubled(known, told):
        return Course.DOUBLED
    if known.firing and known.ticket is not None and not known.silenced_by and ticket not in _DONE_WITH:
        return Course.REPEATS
    if told.silenced_by:
        return Course.SILENCED
    return Course.RETURNS if _is_soon(known, told, reopen) and ticket is not State.CLOSED else Course.OPENS


def begins_a_turn(known: Incident | None, told: Told, course: Course, reopen: timedelta) -> bool:
    """Whether this report is the first of another turn, or of the first one."""
    if known is None or course is Course.OPENS:
        return True
    return course is Course.SILENCED and not known.firing and not _is_soon(known, told, reopen)


def _is_soon(known: Incident, told: Told, reopen: timedelta) -> bool:
    """After what its ticket was for; what never had a ticket has nothing to come back to."""
    last = known.last_at if known.firing else known.ended_at
    return known.ticket is not None and told.received_at - max(last or known.changed_at, known.changed_at) <= reopen


def _is_doubled(known: Incident, told: Told) -> bool:
    return known.firing and known.content == told.content and known.last_at == told.received_at


def _resolved(known: Incident | None, told: Told) -> Course:
    if known is None:
        return Course.RECORDED
    # Of two clocks that differ nothing can be told: what ended before it began counts only by the clock of one source.
    before = known.event.started_at is not None and told.event.ended_at is not None
    if not known.firing or told.received_at < known.changed_at:
        return Course.LATE
    return Course.LATE if before and told.ended_at < known.episode_at else Course.RESOLVES


def _is_old(known: Incident, told: Told) -> bool:
    """A firing of an episode that is known to be over."""
    if known.firing:
        return False
    if told.event.started_at is None or known.ended_at is None:
        return told.received_at < known.changed_at
    return told.began_at <= known.ended_at and told.received_at - known.changed_at < OVERTAKING


def begun(channel: str, told: Told, course: Course, *, turn: int, group: str, client: str | None) -> Incident:
    """The first report of a turn."""
    event = told.event
    fires = event.sign is not AlertSign.RESOLVED
    ended_at = None if fires else told.ended_at
    started_at = told.began_at if ended_at is None else min(told.began_at, ended_at)
    return Incident(
        channel=channel,
        kind=Kind.ALERT,
        fingerprint=event.fingerprint,
        turn=turn,
        state=Burning.FIRING if fires else Burning.RESOLVED,
        ticket=None,
        message=None,
        times=int(fires),
        returns=0,
        started_at=started_at,
        episode_at=started_at,
        ended_at=ended_at,
        opened_at=told.received_at,
        last_at=told.received_at if fires else None,
        changed_at=told.received_at,
        content=told.content,
        silenced_by=told.silenced_by if course is Course.SILENCED else None,
        due_at=told.until if course is Course.SILENCED else None,
        group=group,
        client=client,
        event=event,
    )


def changed(known: Incident, told: Told, course: Course) -> Incident:
    """`known` after a report that begins no other turn."""
    match course:
        case Course.DOUBLED | Course.LATE | Course.RECORDED:
            return known
        case Course.RESOLVES:
            return replace(
                known, state=Burning.RESOLVED, ended_at=max(told.ended_at, known.episode_at),
                changed_at=told.received_at, content=told.content, due_at=None, event=_kept(known, told),
            )  # fmt: skip
        case Course.COMPLETES:
            start = min(told.began_at, known.started_at)
            return replace(known, times=1, started_at=start, episode_at=start, last_at=told.received_at,
                           event=told.event)  # fmt: skip
        case _:
            return _fires(known, told, course)


def _fires(known: Incident, told: Told, course: Course) -> Incident:
    again = not known.firing
    return replace(
        known,
        state=Burning.FIRING,
        times=known.times + told.counts,
        returns=known.returns + (course is Course.RETURNS and again),
        episode_at=max(told.began_at, known.episode_at) if again else known.episode_at,
        ended_at=None if again else known.ended_at,
        last_at=max(known.last_at or told.received_at, told.received_at) if told.counts else known.last_at,
        changed_at=told.received_at if again else known.changed_at,
        content=told.content,
        silenced_by=told.silenced_by if course is Course.SILENCED else None,
        due_at=told.until if course is Course.SILENCED else None,
        event=_kept(known, told),
    )


def _kept(known: Incident, told: Told) -> AlertEvent:
    """What is said of it now; a resolution says less than the firing before it."""
    if told.event.sign is AlertSign.FIRING:
        return told.event
    return replace(known.event, ended_at=told.event.ended_at)
