"""The alerts of a batch: what is told of each incident is remembered, and becomes a ticket, or a mark on one.

    reports ─▶ known? ─▶ course (triage.incidents) ─┬▶ opens       placed, judged and filed like any interaction
                                                    ├▶ a storm     many that open at once are one ticket
                                                    ├▶ repeats, resolves, returns   marks on its ticket
                                                    └▶ silenced, recorded           no ticket
    filed ─▶ incidents written ─▶ tickets solved, opened again, gathered ─▶ clients told (ingest.alert_effects)

What a batch makes of its incidents is decided here and in `triage`; `store` only remembers and writes.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from channels.alert_words import alert_interaction
from domain.alert import AlertEvent, AlertSign
from domain.incident import Burning, Incident, Kind
from domain.incident_desk import IncidentDesk
from domain.interaction import Interaction
from domain.ticket import State
from ingest.entry import Read
from store import heartbeats
from store import incidents as store
from triage.incidents import MAKES_A_TICKET, Course, Told, begins_a_turn, begun, changed, course_of
from triage.maintenance import open_window
from triage.storms import breaks_out, group_of, storm_event

Turn = tuple[str, str, str, int]
"""Channel, kind, fingerprint, turn."""
OF_OURS = "balcao"
"""The content of what the house reminds itself of."""
MOST_RECENT = 500


def turn_of(incident: Incident) -> Turn:
    return *incident.key, incident.turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One report, what it made of its incident, and the turn that it belongs to."""

    read: Read
    told: Told
    course: Course
    turn: Turn


@dataclass(slots=True)
class IncidentsOfBatch:
    """`incidents`: every turn that is touched, as it stands now; `before`: as the store has it, if it has."""

    desk: IncidentDesk
    heard: Sequence[Read]
    now: datetime
    newest: dict[store.Key, Incident] = field(default_factory=dict)
    states: dict[int, State] = field(default_factory=dict)
    before: dict[Turn, Incident] = field(default_factory=dict)
    incidents: dict[Turn, Incident] = field(default_factory=dict)
    openings: dict[Turn, Read] = field(default_factory=dict)
    storms: dict[Turn, Turn] = field(default_factory=dict)
    """Child → its storm, for those that join one now."""
    links: list[tuple[Turn, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    known_tickets: dict[str, int | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)

    def remember(self, connection: Connection) -> list[Read]:
        """Returns what opens a ticket, as messages in the order of their coming."""
        by_channel: dict[str, list[Read]] = defaultdict(list)
        self.known_tickets = store.told_already(connection, {one.interaction.identity for one in self.heard})
        self.reasons |= {
            one: "told before, and on no ticket" for one, ticket in self.known_tickets.items() if ticket is None
        }
        fresh = {
            one.interaction.identity: one for one in self.heard if one.interaction.identity not in self.known_tickets
        }
        for one in fresh.values():
            by_channel[one.interaction.channel].append(one)
        for channel, told in sorted(by_channel.items()):
            self._look_up(connection, channel, told)
            for read in sorted(told, key=_told_at):
                self._weigh(connection, read)
            self._gather(connection, channel)
        return list(self.openings.values())

    def _look_up(self, connection: Connection, channel: str, told: Sequence[Read]) -> None:
        events = [_event(read) for read in told]
        wanted = {(Kind.ALERT.value, event.fingerprint) for event in events}
        if self.desk.storm:
            wanted |= {(Kind.STORM.value, group_of(self.desk.storm, dict(event.labels))) for event in events}
        found = store.newest(connection, channel, wanted)
        self.newest.update(found)
        self.before.update({turn_of(one): one for one in found.values()})
        self.states.update(store.states_of(connection, {one.ticket for one in found.values() if one.ticket}))

    # One report

    def _weigh(self, connection: Connection, read: Read) -> None:
        told = self._told(connection, read)
        if told is None:
            return
        channel = read.interaction.channel
        known = self.newest.get((channel, Kind.ALERT.value, told.event.fingerprint))
        state = self.states.get(known.ticket) if known is not None and known.ticket else None
        if known is not None and turn_of(known) in self.incidents:
            state = None  # what this batch has made of it counts, not what its ticket was before
        course = course_of(known, told, self.desk.reopen, state)
        self.tally[channel, course.value] += 1
        if known is None or begins_a_turn(known, told, course, self.desk.reopen):
            now = self._begin(channel, known, told, course)
        else:
            now = changed(known, told, course)
        self._note(read, told, course, now)

    def _begin(self, channel: str, known: Incident | None, told: Told, course: Course) -> Incident:
        labels = dict(told.event.labels)
        notice = self.desk.notice
        now = begun(
            channel, told, course, turn=known.turn + 1 if known else 1, group=group_of(self.desk.storm, labels),
            client=labels.get(notice.label) if notice else None,
        )  # fmt: skip
        if known is not None and known.firing:  # people were done with its ticket
            self.incidents[turn_of(known)] = replace(known, state=Burning.RESOLVED, ended_at=known.last_at, due_at=None)
        if known is not None and known.ticket is not None:
            self.links.append((turn_of(now), known.ticket))
        return now

    def _note(self, read: Read, told: Told, course: Course, now: Incident) -> None:
        turn = turn_of(now)
        self.newest[now.key] = now
        self.incidents[turn] = now
        self.marks.append(Mark(read=read, told=told, course=course, turn=turn))
        if course in MAKES_A_TICKET:
            self.openings[turn] = Read(read.entry, _opening(_said(read, told), now))
        if now.silenced_by and course is Course.SILENCED:
            self.reasons[read.interaction.identity] = f"silenced by the maintenance window {now.silenced_by!r}"
        elif course is Course.RECORDED:
            self.reasons[read.interaction.identity] = "resolved, and nothing of it was known"

    def _told(self, connection: Connection, read: Read) -> Told | None:
        """None, with the reason, where a report says nothing about an incident."""
        event, received_at = _event(read), _told_at(read)
        identity, channel = read.interaction.identity, read.interaction.channel
        known = self.newest.get((channel, Kind.ALERT.value, event.fingerprint))
        content, counts, muted = _content(event), True, None
        if event.sign is AlertSign.BEAT:
            heartbeats.heard(connection, channel, event.fingerprint, received_at)
            if known is None or not known.firing or received_at <= (known.event.heard_at or received_at):
                self.reasons[identity] = f"heartbeat of {event.name}"
                return None
            event = replace(known.event, sign=AlertSign.RESOLVED, ended_at=received_at)
            received_at = max(received_at, known.changed_at)
        elif event.sign is AlertSign.OVER:
            if known is None or not known.firing or known.silenced_by is None:
                self.reasons[identity] = "the maintenance window is over, and so is the incident"
                return None
            event, content, counts = replace(known.event, sign=AlertSign.FIRING), OF_OURS, False
            muted = known.silenced_by
        elif _is_refuted(connection, channel, event):
            self.reasons[identity] = f"{event.name} was heard of meanwhile"
            return None
        found = open_window(self.desk.windows, channel, dict(event.labels), received_at)
        window, until = found or (None, None)
        name = window.name if window else None
        return Told(
            event=event, received_at=received_at, content=content, silenced_by=name, until=until, counts=counts,
            muted_by=muted,
        )  # fmt: skip

    # Many reports

    def _gather(self, connection: Connection, channel: str) -> None:
        """What opens now joins the storm of its group, if there is one or this makes one."""
        plan = self.desk.storm
        if plan is None:
            return
        groups: dict[str, list[Turn]] = defaultdict(list)
        for turn in self.openings:
            one = self.incidents.get(turn)
            if one is not None and turn[0] == channel and one.kind is Kind.ALERT:
                groups[one.group].append(turn)
        for group, turns in sorted(groups.items()):
            self._gather_group(connection, channel, group, turns)

    def _gather_group(self, connection: Connection, channel: str, group: str, turns: Sequence[Turn]) -> None:
        plan, storm = self.desk.storm, self.newest.get((channel, Kind.STORM.value, group))
        assert plan is not None, "only with storms"
        first = min(self.incidents[turn].opened_at for turn in turns)
        going_on = storm is not None and (
            storm.firing or first - max(storm.ended_at or storm.changed_at, storm.changed_at) <= self.desk.reopen
        )
        since = (storm.opened_at if storm and going_on else first) - plan.within
        beside = storm.ticket if storm and going_on else None
        recent = store.opened_since(connection, channel, group, since, beside=beside, limit=MOST_RECENT)
        recent = [one for one in recent if turn_of(one) not in self.openings]
        if not going_on:
            moments = [*(one.opened_at for one in recent), *(self.incidents[turn].opened_at for turn in turns)]
            if not breaks_out(plan, moments):
                return
            storm = self._break_out(channel, group, storm, recent, turns)
        assert storm is not None, "it goes on, or has just begun"
        self._join(connection, storm, recent, turns)

    def _break_out(
        self, channel: str, group: str, last: Incident | None, recent: Sequence[Incident], turns: Sequence[Turn]
    ) -> Incident:
        events = [one.event for one in [*recent, *(self.incidents[turn] for turn in turns)]]
        read = self.openings[turns[0]]
        told = Told(event=storm_event(group, events), received_at=read.entry.raw.received_at, content="")
        storm = begun(channel, told, Course.OPENS, turn=last.turn + 1 if last else 1, group=group, client=None)
        storm = replace(storm, kind=Kind.STORM)
        said = alert_interaction(told.event, channel, "", told.received_at)
        said = replace(said, traits={**said.traits, "alert.storm": True, "alert.children": len(events)}, alert=None)
        self.tally[channel, "storm"] += 1
        self.openings[turn_of(storm)] = Read(read.entry, _opening(said, storm))
        self.incidents[turn_of(storm)] = self.newest[storm.key] = storm
        if last is not None and last.ticket is not None:
            self.links.append((turn_of(storm), last.ticket))
        return storm

    def _join(self, connection: Connection, storm: Incident, recent: Sequence[Incident], turns: Sequence[Turn]) -> None:
        """Those of this batch get no ticket of their own; earlier ones leave theirs, if nobody has touched it."""
        for turn in turns:
            del self.openings[turn]
            self.storms[turn] = turn_of(storm)
        untouched = store.states_of(connection, {one.ticket for one in recent if one.ticket})
        for one in recent:
            if one.ticket is not None and untouched.get(one.ticket) is State.NEW and turn_of(one) not in self.incidents:
                self.before[turn_of(one)] = self.incidents[turn_of(one)] = one
                self.storms[turn_of(one)] = turn_of(storm)
        self.incidents.setdefault(turn_of(storm), storm)


def _event(read: Read) -> AlertEvent:
    assert read.interaction.alert is not None, "only alerts come here"
    return read.interaction.alert


def _told_at(read: Read) -> datetime:
    """What orders the reports of a source: when it said so, else when it came."""
    received_at = read.entry.raw.received_at
    return min(_event(read).told_at or received_at, received_at)


def _is_refuted(connection: Connection, channel: str, event: AlertEvent) -> bool:
    """A beat that was missed, and came after all."""
    if event.heard_at is None:
        return False
    last = heartbeats.last_of(connection, channel, event.fingerprint)
    return last is not None and last > event.heard_at


def _said(read: Read, told: Told) -> Interaction:
    """The report as a message; what the house reminds itself of says which window had kept it."""
    if told.muted_by is None:
        return read.interaction
    said = alert_interaction(told.event, read.interaction.channel, "", told.received_at)
    return replace(said, traits={**said.traits, "alert.silenced_by": told.muted_by})


def _opening(said: Interaction, incident: Incident) -> Interaction:
    """The report as the message that stands for its incident."""
    digest = hashlib.sha256(repr(turn_of(incident)).encode("utf-8", "replace")).hexdigest()[:32]
    return replace(said, identity=f"{incident.channel}:incident:{digest}", conversation_key=None, pending=None)


def _content(event: AlertEvent) -> str:
    return hashlib.sha256(store.event_to_json(event).encode()).hexdigest()[:32]
