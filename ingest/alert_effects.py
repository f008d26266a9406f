"""What the incidents of a batch change once their messages are filed: rows, tickets, history.

opened      the incident knows its ticket
resolved    its ticket is solved, with the duration          a storm's, when its last child is
back        its ticket is open again
gathered    the ticket that it had is solved; it is on the storm's from now on
worse       told more urgently than before: its message is judged anew, and the ticket follows
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from channels.alert_words import alert_interaction
from domain.alert import LEVELS
from domain.filed import FiledMessage, TicketNow
from domain.incident import Burning, Incident
from domain.ticket import State
from ingest.alert_notices import BEGINS, OVER, Notices, Occasion
from ingest.alerting import IncidentsOfBatch, Mark, Turn, turn_of
from store import incidents as store
from store.moments import to_micros
from store.retelling import change_tickets, decided_by, filed_messages, link, retell, tickets_now
from store.rows import INSERT_HISTORY, WHO, Row
from triage.incidents import Course
from triage.loading import RuleSet
from triage.retelling import facts_anew, follow, is_open, press, told_anew

AGAIN = "the same incident, again"
_BACK = frozenset({Course.RETURNS})
_TELLS = frozenset({Course.REPEATS, Course.RETURNS})


@dataclass(slots=True)
class Effects:
    """`incidents` as they stand when all is written."""

    batch: IncidentsOfBatch
    now: datetime
    notices: Notices | None
    messages: dict[str, FiledMessage] = field(default_factory=dict)

    def settle(self, connection: Connection, ruleset: RuleSet) -> dict[str, int]:
        """Returns decoded identity → ticket."""
        batch = self.batch
        left = {turn: batch.before[turn].ticket for turn in batch.storms if turn in batch.before}
        self._name_tickets(connection)
        self._write(connection)
        storms = self._storms(connection)
        gathered = {turn: ticket for turn, ticket in left.items() if ticket}
        tickets, solved = self._change(connection, storms, ruleset, gathered)
        if self.notices is not None:
            departments = {number: ruleset.departments.get(one.department, "") for number, one in tickets.items()}
            occasions = self._occasions(storms, departments, solved, gathered)
            self.notices.tell(connection, occasions, back=self._back(), ended={*solved, *gathered.values()})
        link(connection, self._links(left), AGAIN, self.now)
        return self._reached(connection)

    def _name_tickets(self, connection: Connection) -> None:
        """Those that were filed in this transaction, and children after their storms."""
        batch = self.batch
        identities = {read.interaction.identity for read in batch.openings.values()}
        self.messages = {one.identity: one for one in filed_messages(connection, identities=identities).values()}
        for turn, read in batch.openings.items():
            filed = self.messages[read.interaction.identity]
            batch.incidents[turn] = replace(batch.incidents[turn], ticket=filed.ticket, message=filed.message)
        for child, storm in batch.storms.items():
            batch.incidents[child] = replace(batch.incidents[child], ticket=batch.incidents[storm].ticket)

    def _write(self, connection: Connection) -> None:
        batch = self.batch
        touched = {turn: one for turn, one in batch.incidents.items() if batch.before.get(turn) != one}
        new = [one for turn, one in touched.items() if turn not in batch.before]
        store.keep(connection, new, [one for turn, one in touched.items() if turn in batch.before], self.now)

    def _storms(self, connection: Connection) -> dict[int, tuple[Incident, Incident]]:
        """Ticket → the storm as it was, and as its children make it now; written."""
        batch = self.batch
        numbers = {one.ticket for one in batch.incidents.values() if one.ticket}
        found = store.storms_of(connection, numbers)
        broods = store.broods(connection, found)
        after = {ticket: _with_brood(storm, broods[ticket]) for ticket, storm in found.items() if ticket in broods}
        store.keep(connection, [], [one for ticket, one in after.items() if one != found[ticket]], self.now)
        return {ticket: (found[ticket], one) for ticket, one in after.items()}

    def _change(
        self,
        connection: Connection,
        storms: Mapping[int, tuple[Incident, Incident]],
        ruleset: RuleSet,
        left: Mapping[Turn, int],
    ) -> tuple[dict[int, TicketNow], dict[int, Incident]]:
        """Returns the tickets as they are now, and what has just been solved with its ticket."""
        batch = self.batch
        alone = {one.ticket: one for one in batch.incidents.values() if one.ticket and one.ticket not in storms}
        before = tickets_now(connection, {*alone, *storms, *left.values()})
        after, reasons, events = dict(before), dict.fromkeys(before, ""), list[Row]()
        for number, (was, storm) in storms.items():
            back = storm.firing and not was.firing
            after[number], reasons[number] = self._as_burning(before[number], storm, back=back)
        returned = {mark.turn for mark in batch.marks if mark.course in _BACK}
        for number, one in alone.items():
            after[number], reasons[number] = self._as_burning(before[number], one, back=turn_of(one) in returned)
        for turn, number in left.items():
            storm_ticket = batch.incidents[turn].ticket
            after[number] = replace(before[number], state=State.SOLVED, solved_at=self.now)
            reasons[number] = f"gathered into #{storm_ticket}"
        self._press(connection, after, ruleset)
        changes = [(before[number], after[number], reasons[number]) for number in sorted(before)]
        change_tickets(connection, changes, self.now)
        ends = {**{number: storm for number, (_, storm) in storms.items()}, **alone}
        for earlier, ticket, _ in changes:
            lasted = ends[ticket.number].duration if ticket.number in ends else None
            if earlier.state is not ticket.state and ticket.state is State.SOLVED and lasted is not None:
                at, seconds = to_micros(self.now), round(lasted.total_seconds())
                events.append((ticket.number, at, WHO, "lasted", None, f"{seconds} s", None))
        INSERT_HISTORY.run(connection, events)
        return after, {ticket: ends[ticket] for ticket, *_ in events}

    def _back(self) -> set[int]:
        """Tickets whose incidents fire again."""
        returned = (self.batch.incidents[mark.turn].ticket for mark in self.batch.marks if mark.course in _BACK)
        return {ticket for ticket in returned if ticket}

    def _occasions(
        self,
        storms: Mapping[int, tuple[Incident, Incident]],
        departments: Mapping[int, str],
        solved: Mapping[int, Incident],
        left: Mapping[Turn, int],
    ) -> dict[tuple[str, int], Occasion]:
        batch = self.batch
        begun = [batch.incidents[turn] for turn in [*batch.openings, *batch.storms]]
        roots = {one.ticket: storms[one.ticket][1] if one.ticket in storms else one for one in begun if one.ticket}
        earlier = tuple(sorted(left.values()))
        found = {
            (BEGINS, number): Occasion(letter=BEGINS, ticket=number, department=departments[number],
                                       summary=one.event.headline, earlier=earlier if number in storms else ())
            for number, one in roots.items() if number not in solved
        }  # fmt: skip
        if self.batch.desk.notice is not None and self.batch.desk.notice.solved:
            found |= {
                (OVER, number): Occasion(letter=OVER, ticket=number, department=departments[number],
                                         summary=one.event.headline, lasted=one.duration)
                for number, one in solved.items()
            }  # fmt: skip
        return found

    def _as_burning(self, ticket: TicketNow, incident: Incident, *, back: bool) -> tuple[TicketNow, str]:
        if incident.firing and back and not is_open(ticket.state) and ticket.state is not State.CLOSED:
            return replace(ticket, state=State.OPEN, solved_at=None), "firing again"
        if not incident.firing and is_open(ticket.state):
            ended = min(incident.ended_at or self.now, self.now)
            return replace(ticket, state=State.SOLVED, solved_at=ended), "resolved"
        return ticket, ""

    # Told more urgently

    def _press(self, connection: Connection, after: dict[int, TicketNow], ruleset: RuleSet) -> None:
        worse = {mark.turn: mark for mark in self.batch.marks if mark.course in _TELLS and self._is_worse(mark)}
        numbers = {one.message for turn in worse if (one := self.batch.incidents[turn]).message}
        filed = filed_messages(connection, numbers=numbers) if numbers else {}
        retold = []
        for turn, mark in worse.items():
            old = filed.get(self.batch.incidents[turn].message or 0)
            if old is None or old.ticket not in after:
                continue
            said = alert_interaction(mark.told.event, mark.turn[0], old.identity, old.received_at)
            filing = told_anew(mark.read.entry.raw_id, said, facts_anew(said, old), old, ruleset)
            retold.append((old, filing))
            ticket = after[old.ticket]
            if ticket.opened_by == old.message:
                changed = replace(follow(ticket, said, old.verdict, filing.verdict), decided=decided_by(filing))
                after[old.ticket] = press(changed, old.verdict)
            else:
                after[old.ticket] = press(ticket, filing.verdict)
        retell(connection, retold, self.now)

    def _is_worse(self, mark: Mark) -> bool:
        before = self.batch.before.get(mark.turn)
        return before is not None and _urgency(mark.told.event.level) < _urgency(before.event.level)

    # What is told of it all

    def _links(self, left: Mapping[Turn, int | None]) -> list[tuple[int, int]]:
        batch = self.batch
        earlier = [(batch.incidents[turn].ticket, other) for turn, other in batch.links]
        gathered = [(batch.incidents[turn].ticket, other) for turn, other in left.items()]
        return [(one, other) for one, other in dict.fromkeys([*earlier, *gathered]) if one and other and one != other]

    def _reached(self, connection: Connection) -> dict[str, int]:
        batch = self.batch
        told = {mark.read.interaction.identity: batch.incidents[mark.turn].ticket for mark in batch.marks}
        store.note_reports(connection, told, self.now)
        for mark in batch.marks:
            if mark.course is Course.SILENCED:
                told[mark.read.interaction.identity] = None
        everything = {**batch.known_tickets, **told}
        return {identity: ticket for identity, ticket in everything.items() if ticket is not None}


def _urgency(level: str | None) -> int:
    return LEVELS.index(level) if level else len(LEVELS)


def _with_brood(storm: Incident, brood: store.Brood) -> Incident:
    """A storm burns while one of its children does."""
    last = max(filter(None, [storm.last_at, brood.last_at]), default=None)
    known = replace(storm, times=brood.times, last_at=last)
    if brood.firing and not storm.firing:
        return replace(known, state=Burning.FIRING, ended_at=None, returns=storm.returns + 1)
    if not brood.firing and storm.firing:
        ended = brood.ended_at or storm.changed_at
        return replace(known, state=Burning.RESOLVED, ended_at=ended, changed_at=max(ended, storm.changed_at))
    return known
